"""A browser without script for page tests: keeps cookies, reads hidden fields, follows redirects."""

import re
from collections.abc import Mapping
from typing import Any, Self

import httpx

from portal.accounts import second_factor
from portal.accounts.sign_in import demo_code
from portal.app import litestar
from portal.citizen.files.uploads import RESUMABLE
from portal.core.store.database import execute, fetch_value
from portal.core.web import pages
from portal.core.web.security import Front
from tests.helpers.markup import faults_in
from tests.helpers.recording import RECORDER

HIDDEN = re.compile(r'<input type="hidden" name="([\w.-]+)" value="([^"]*)"')
ORIGIN = "https://mt.example.cn"
pages.warm()
APP = Front(litestar(), RESUMABLE)


async def is_well_formed(answer: httpx.Response) -> None:
    """Fail when a page is nested as HTML forbids; whoever opens it in a test looks at that, too."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        await answer.aread()
        faults = faults_in(answer.text)
        assert not faults, f"{answer.request.url.path}: {faults}"


class Client:
    """One person's browser."""

    def __init__(self) -> None:
        """Open a browser that has never been here."""
        transport = httpx.ASGITransport(app=APP, client=("10.0.0.1", 1))  # type: ignore[arg-type]
        hooks = {"response": [RECORDER.keep, is_well_formed]}
        self.http = httpx.AsyncClient(transport=transport, base_url=ORIGIN, event_hooks=hooks)
        self.page: httpx.Response

    async def __aenter__(self) -> Self:
        """Sit down."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the browser."""
        await self.http.aclose()

    @property
    def text(self) -> str:
        """The page in view."""
        return self.page.text

    @property
    def status(self) -> int:
        """Its status."""
        return self.page.status_code

    @property
    def path(self) -> str:
        """Where we are."""
        return self.page.url.path

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's last form with each name."""
        return dict(HIDDEN.findall(self.text))

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Open an address and follow where it leads."""
        self.page = await self.http.get(path, headers=headers, follow_redirects=True)
        return self.page

    async def post(self, path: str, fields: Mapping[str, Any] | None = None, *, follow: bool = True) -> httpx.Response:
        """Send a form with the page's hidden fields and *fields*."""
        data = {**self.hidden, **(fields or {})}
        self.page = await self.http.post(path, data=data, follow_redirects=follow)
        return self.page

    async def upload(self, path: str, *files: tuple[str, bytes, str]) -> httpx.Response:
        """Send files ``(name, content, type)`` with the page's token as the first part."""
        parts: list[tuple[str, Any]] = [("csrf", (None, self.hidden["csrf"])), *(("file", file) for file in files)]
        self.page = await self.http.post(path, files=parts, follow_redirects=True)
        return self.page

    async def sign_in(self, mobile: str, region: str = "meishan") -> None:
        """Sign in by SMS code, as the demo gateway kept it."""
        await self.get(f"/{region}/login")
        await self.post(f"/{region}/login", {"mobile": mobile})
        await self.post(f"/{region}/login/code", {"code": await demo_code(mobile)})

    async def staff_sign_in(self, login: str, password: str = "long enough") -> None:
        """Sign in at the desk, with password and second factor."""
        await self.get("/staff/login")
        await self.staff_sign_in_here(login, password)

    async def staff_sign_in_here(self, login: str, password: str = "long enough") -> None:
        """Sign in on the page of the desk's door that one was led to."""
        await self.post("/staff/login", {"login": login, "password": password})
        if self.path != "/staff/login/code":
            return
        staff = await fetch_value("SELECT id FROM staff WHERE login = $1", login)
        await execute("UPDATE second_factor SET last_step = 0 WHERE staff = $1", staff)
        await self.post("/staff/login/code", {"code": await second_factor.unused_code(staff)})
