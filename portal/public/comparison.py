"""What somebody typed into a form beside what is saved now: one choice for each answer that differs.

The choices are a form of their own, which works without script and is sent to the address of the first one. So it is
checked as any other, with the row version of now.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec

from portal.core.web.controls import Control, Pairs, ReadForm, differing, forms_in
from portal.core.web.forms import CHOSEN, Form

VERSION = "row_version"
OURS = ("csrf", "action", "return", VERSION)


class Version(msgspec.Struct, frozen=True):
    """One of two versions of an answer: its words, and its fields as the form sends them."""

    words: list[str]
    fields: str


class Choice(msgspec.Struct, frozen=True):
    """An answer of which two versions differ."""

    name: str
    label: str
    typed: Version
    saved: Version


class Comparison(msgspec.Struct, frozen=True):
    """What the page asks, and what it sends along unasked."""

    choices: list[Choice]
    alike: Pairs
    gone: list[str]  # texts for questions that are not asked any more


# D100: the page as it is now is read as a browser would read it.
def compared(page: str, posted: Form) -> Comparison | None:
    """Return the comparison of a *posted* form with the form on its *page* now; None if the form is not there."""
    form = _same_form(forms_in(page), posted)
    if form is None or VERSION not in posted:
        return None
    texts = posted.texts()
    differences = list(differing(form, texts))
    asked = [control for control, _ in differences]
    alike = [pair for control in form.controls if control not in asked for pair in control.holds]
    names = {name for control in form.controls for name in control.names} | {name for name, _ in form.hidden}
    kept = [(name, text) for name, text in form.hidden if name != "csrf"]
    button = [("action", posted["action"])] if posted["action"] else []
    return Comparison(
        choices=[_choice(number, control, typed) for number, (control, typed) in enumerate(differences, 1)],
        alike=[*kept, *alike, *button],
        gone=unsaved(Form((name, text) for name in posted if name not in names for text in posted.all(name))),
    )


def _same_form(forms: Sequence[ReadForm], posted: Form) -> ReadForm | None:
    """Return the form of the page that has most of the *posted* fields, of those that know the row version."""
    versioned = [form for form in forms if form.controls and any(name == VERSION for name, _ in form.hidden)]
    return max(versioned, key=lambda form: _shared(form, posted), default=None)


def _shared(form: ReadForm, posted: Form) -> int:
    return sum(name in posted for control in form.controls for name in control.names)


def _choice(number: int, control: Control, typed: Pairs) -> Choice:
    return Choice(
        name=f"{CHOSEN}{number}",
        label=control.label,
        typed=Version(control.shown(typed), urlencode(typed)),
        saved=Version(control.shown(control.holds), urlencode(control.holds)),
    )


def unsaved(form: Form) -> list[str]:
    """Return the texts in *form* that somebody wrote; a code of a choice, which is plain ASCII, says nothing."""
    return [text.strip() for name in form if name not in OURS for text in form.all(name) if not text.strip().isascii()]
