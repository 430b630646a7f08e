"""The same way as people's, gone quickly: forms are posted beside the page, in the same session.

A journey begins where it has something to show; what must have happened before is done here.
"""

import re
from collections.abc import Mapping
from html import unescape

from playwright.sync_api import APIResponse

from e2e import papers
from e2e.people import Clerk, Person
from tests.helpers.answers import AFTER_MATERIALS, BEFORE_MATERIALS, fields

HIDDEN = re.compile(r'<input type="hidden" name="([\w.-]+)" value="([^"]*)"')
FILLED = re.compile(r'<input class="field__input[^>]* name="([\w-]+)" value="([^"]+)"')
CODE = re.compile(r'id="demo-code">(\d{6})<')
ACCOUNT = re.compile(r'name="person" value="([^"]+)"')
SLOT = re.compile(r'action="[^"]*/materials/([\w.]+)"')
NUMBER = re.compile(r'id="number">([\d ]+)<')
VERDICT = re.compile(r'name="verdict-([\w-]+)"')
IN_ORDER = (*BEFORE_MATERIALS, "materials", *AFTER_MATERIALS)


class Session:
    """Somebody's session, beside the page that shows it."""

    def __init__(self, person: Person) -> None:
        """Share the cookies of the *person* at the browser."""
        self.request = person.page.context.request
        self.base = person.base

    def get(self, path: str) -> str:
        """Open an address and return the page."""
        return checked(self.request.get(f"{self.base}{path}"))

    def post(self, path: str, fields: Mapping[str, str] | None = None, *, seen: str = "") -> str:
        """Post *fields* with the hidden ones of the page *seen*, which is that of *path* unless told."""
        hidden = {name: unescape(value) for name, value in HIDDEN.findall(seen or self.get(path))}
        return checked(self.request.post(f"{self.base}{path}", form={**hidden, **(fields or {})}))


def checked(answer: APIResponse) -> str:
    """Return the page that came, or fail with it."""
    assert answer.ok, f"{answer.status} {answer.url}\n{answer.text()[:2000]}"
    return answer.text()


def first(pattern: re.Pattern[str], page: str) -> str:
    """Return what *pattern* finds first on a page."""
    found = pattern.search(page)
    assert found, f"{pattern.pattern} is not on the page:\n{page[:2000]}"
    return found[1]


class Applicant(Session):
    """A citizen who applies."""

    def __init__(self, person: Person, region: str = "meishan") -> None:
        """Apply in *region*."""
        super().__init__(person)
        self.region = region
        self.home = ""

    def sign_in(self, mobile: str) -> None:
        """Sign in with a phone; where several people use it, as the first."""
        login = f"/{self.region}/login"
        page = self.post(login, {"mobile": mobile})
        page = self.post(f"{login}/code", {"code": first(CODE, page)}, seen=page)
        if ACCOUNT.search(page):
            self.post(f"{login}/person", {"person": first(ACCOUNT, page)}, seen=page)

    def begin(self) -> str:
        """Begin an application, or go on with the open one; return where it lives."""
        new = f"/{self.region}/apply/new"
        answer = self.request.post(f"{self.base}{new}", form=dict(HIDDEN.findall(self.get(new))))
        checked(answer)
        self.home = answer.url.removeprefix(self.base)
        return self.home

    def prepare(self) -> str:
        """Begin, also where the insurance stops it, by 先准备材料; return where it lives."""
        self.post(f"{self.begin()}/insurance", {"action": "prepare"})
        return self.home

    def throw_away(self) -> None:
        """Have no open draft, whatever an earlier journey of the same person has left."""
        self.post(f"{self.begin()}/deletion")

    def begin_anew(self) -> str:
        """Begin with an empty draft; return where it lives."""
        self.throw_away()
        return self.begin()

    def answer(self, *slugs: str, **other: str) -> None:
        """Answer the steps *slugs*, all of them when none is named; *other* answers take the place of the usual."""
        for slug in slugs or IN_ORDER:
            if slug == "materials":
                self.upload_everything()
            page = self.get(f"{self.home}/{slug}")
            given = {} if slug == "materials" else fields(slug, offered=False)
            instead = {name: text for name, text in other.items() if f'name="{name}"' in page}
            self.post(f"{self.home}/{slug}", {**dict(FILLED.findall(page)), **given, **instead}, seen=page)

    def upload_everything(self) -> None:
        """Upload a small photo for every material."""
        page = self.get(f"{self.home}/materials")
        for slot in dict.fromkeys(SLOT.findall(page)):
            if slot == "pile":
                continue
            self.upload(f"{self.home}/materials/{slot}", papers.small_photo(slot), page)

    def upload(self, path: str, photo: bytes, page: str) -> None:
        """Upload a photo to *path* with the token of *page*."""
        file = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo}
        sent = {"csrf": dict(HIDDEN.findall(page))["csrf"], "file": file}
        checked(self.request.post(f"{self.base}{path}", multipart=sent))

    def submit(self, name: str) -> str:
        """Sign as *name*, submit, and return the application number."""
        page = self.post(f"{self.home}/signature", {"declared": "yes", "signature": name})
        return first(NUMBER, page).replace(" ", "")

    def apply(self, name: str, **other: str) -> str:
        """Begin, answer and submit; return the application number."""
        self.begin()
        self.answer(**other)
        return self.submit(name)


class Desk(Session):
    """A member of staff."""

    def sign_in(self, login: str) -> None:
        """Sign in at the desk."""
        page = self.post("/staff/login", {"login": login, "password": Clerk.PASSWORD})
        self.post("/staff/login/code", {"code": first(CODE, page)}, seen=page)

    def ask_correction(self, number: str, **reasons: str) -> None:
        """Send a notice: *reasons* by the material's id."""
        fields = {f"reason-{slot.replace('__', '.')}": reason for slot, reason in reasons.items()}
        self.post(f"/staff/cases/{number}/corrections/new", fields)

    def propose(self, number: str, *, passed: bool) -> None:
        """Propose to pass, or to fail because the criteria are not met."""
        address = f"/staff/cases/{number}/decision"
        page = self.get(address)
        id = first(VERDICT, page)
        verdict = {f"verdict-{id}": "passed" if passed else "failed", f"reason-{id}": "criteria", f"months-{id}": "24"}
        self.post(address, verdict, seen=page)

    def approve(self, number: str) -> None:
        """Agree to the proposal."""
        self.post(f"/staff/cases/{number}/approval", {"action": "agree"})
