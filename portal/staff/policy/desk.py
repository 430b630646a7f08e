"""The dependency of pages about one version of a policy file."""

from collections.abc import Mapping
from typing import Any

from litestar import Response
from litestar.params import FromPath

from portal.accounts.staff import Member
from portal.core.tools.errors import Stale, found
from portal.core.web.forms import Form
from portal.core.web.pages import see_other
from portal.policy import versions
from portal.policy.holding import CALENDARS
from portal.policy.versions import MOVED_ON, Version
from portal.staff.shared.desk import Asked, Desk, member

ADMIN = ("admin",)
MOST_ID = 2**31


class VersionDesk(Desk):
    """A member of staff with a version before them: of their city's policy, or of the calendars."""

    def __init__(self, request: Asked, me: Member, version: Version) -> None:
        """Work for *me* on *version*."""
        super().__init__(request, me)
        self.version = version

    @property
    def home(self) -> str:
        """Where the version is shown."""
        return f"/staff/policy/versions/{self.version.id}"

    @property
    def may_edit(self) -> bool:
        """Whether the version is the member's own draft."""
        return self.version.is_draft and self.version.made_by == self.me.id

    @property
    def may_release(self) -> bool:
        """Whether the version is another member's proposal."""
        return self.version.is_proposed and self.version.made_by != self.me.id

    def current_form(self) -> Form:
        """Return the posted form, made for the present row version.

        Raises:
            Stale: the form was made from an older row version.
        """
        if self.form["row_version"] != str(self.version.row_version):
            raise Stale(MOVED_ON)
        return self.form

    def page(self, name: str, errors: Mapping[str, str] | None = None, /, **context: Any) -> Response[bytes]:
        """Return a page of the version; besides *context* it gets this ``desk``."""
        return super().page(name, errors, desk=self, **context)

    def back(self) -> Response[bytes]:
        """Send the browser back to the version."""
        return see_other(self.home)


async def version_in_hand(id: FromPath[str], request: Asked) -> VersionDesk:
    """Return the desk with the version in the address, or 404."""
    me = await member(request)
    version = await versions.version(int(id)) if id.isascii() and id.isdigit() and int(id) < MOST_ID else None
    return VersionDesk(request, me, found(version if version and version.place in (me.region, CALENDARS) else None))
