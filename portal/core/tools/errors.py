"""The errors a page can end in, and nothing else.

::

    Problem                     a page in plain words: what happened, what is saved, what to do
    ├── BadRequest      400     we could not read what was sent
    ├── First           303     another page comes before this one
    ├── SignInFirst     401     becomes a redirect to the sign-in page
    ├── Forbidden       403     signed in, but not for this
    ├── NotFound        404     there is none, or it is somebody else's: both look the same
    ├── Stale           409     it was changed meanwhile, in another tab or by somebody else
    ├── TooLarge        413     more than we take at once
    ├── FormExpired     419     the form's token is not (or no longer) ours
    ├── TooMany         429     too often; says when to come back
    ├── Unavailable     503     not now; what was saved is safe
    └── StorageFull     507     no room to keep a file; what was saved is safe

Expected outcomes of a form (a wrong answer) are values and become its own page with status 422.
"""

from typing import ClassVar, TypeVar

T = TypeVar("T")


class Problem(Exception):
    """Something that ends in a page of its own."""

    status: ClassVar[int] = 500

    def __init__(self, why: str = "", retry_after: int = 0) -> None:
        """Say *why* in words for the person (Chinese, may be empty); *retry_after* in seconds."""
        super().__init__(why)
        self.why = why
        self.retry_after = retry_after


class BadRequest(Problem):
    """What was sent cannot be read."""

    status = 400


class First(Problem):
    """Another page comes before this one: *why* is its address."""

    status = 303


class SignInFirst(Problem):
    """Nobody is signed in, or no longer."""

    status = 401

    def __init__(self, staff: bool = False, expired: bool = False, kept: str = "") -> None:
        """Lead to the sign-in of *staff* or citizens; *expired* when there was a session.

        *kept* names the form that came too late (`late.py`).
        """
        super().__init__()
        self.staff = staff
        self.expired = expired
        self.kept = kept


class Forbidden(Problem):
    """Signed in, but not for this."""

    status = 403


class NotFound(Problem):
    """There is none, or it is somebody else's."""

    status = 404


class Stale(Problem):
    """It was changed meanwhile."""

    status = 409


class TooLarge(Problem):
    """More than we take at once."""

    status = 413


class FormExpired(Problem):
    """The form's token is missing or of another session."""

    status = 419


class TooMany(Problem):
    """Too often; *retry_after* says when to come back."""

    status = 429


class Unavailable(Problem):
    """Not now."""

    status = 503


class StorageFull(Problem):
    """No room to keep a file."""

    status = 507


def found(thing: T | None) -> T:
    """Return *thing*, or leave with the 404 page when there is none."""
    if thing is None:
        raise NotFound
    return thing
