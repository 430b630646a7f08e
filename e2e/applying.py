"""A citizen at the page of materials: what hands, a mouse and a camera do there."""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, FilePayload, expect

from e2e import papers
from e2e.chain import Applicant
from e2e.conftest import DEVICES, PHONE, context_of, watched
from e2e.people import Citizen
from e2e.server import Server, sql
from tests.helpers.answers import BEFORE_MATERIALS

# What a file manager and a mouse do together.
DROP = """
([row, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, text] of files) {
    carried.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type }));
  }
  for (const kind of ["dragover", "drop"]) {
    row.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }
}
"""


class Applying(Citizen):
    """A citizen at the page of materials of a draft."""

    applicant: Applicant

    def begin_anew(self, **answers: str) -> None:
        """Throw the draft away, begin another one, and open its materials."""
        self.applicant.begin_anew()
        self.applicant.prepare()
        self.applicant.answer(*BEFORE_MATERIALS, **answers)
        self.open_materials()

    def empty(self, server: Server) -> None:
        """Have a draft without files, which is cheaper than another draft, and open its materials."""
        draft = self.applicant.home.rpartition("/")[2]
        sql(server, "UPDATE document SET removed_at = added_at WHERE case_id = ?", draft)
        self.open_materials()

    def open_materials(self) -> None:
        """Open the page of materials."""
        self.go(f"{self.applicant.home}/materials")
        self.heading("上传材料")

    def choose_files(
        self, material: str, *files: FilePayload | Path, by: str = "选照片或文件", named: str = ""
    ) -> None:
        """Choose files for a material, whose inputs may be *named* otherwise; without script press 上传."""
        if material == "还没分类的文件":
            self.page.locator("#pile").evaluate("pile => { pile.open = true; }")
        row = self.material(material)
        offered = row.get_by_text(by, exact=True).first.is_visible()  # where a mouse is, no camera is offered
        by = by if offered else "选照片或文件"
        field = row.get_by_label(re.compile(f"^{by}：{named or material}"))
        field.focus()
        chosen: Any = files  # Playwright takes photos and paths together; its types know lists of one kind only
        field.set_input_files(chosen)
        send = row.get_by_role("button", name=re.compile("^上传"))
        if not self.script and send.count():
            send.click()

    def drop(self, material: str, name: str, kind: str, content: bytes) -> None:
        """Drop a file on the row of a material."""
        files = [[name, kind, base64.b64encode(content).decode()]]
        self.page.evaluate(DROP, [self.material(material).element_handle(), files])

    def holds(self, material: str, *names: str) -> None:
        """Wait until a material has files of these names, in this order."""
        expect(self.material(material).locator(".file__name")).to_have_text(list(names), timeout=40_000)

    def is_refused(self, material: str, sentences: Sequence[str]) -> None:
        """Wait until exactly these sentences say what was not taken; with script they are heard, and focus stays."""
        row = self.material(material)
        if not self.script:
            expect(self.page).to_have_title(re.compile("^错误："), timeout=90_000)
            expect(self.page.locator("#error-summary").get_by_role("link")).to_have_text([sentences[0]])
            expect(row.locator(".file--now .file__why")).to_have_text(list(sentences))
            return
        lines = row.locator(".file-drop__line--wrong")
        expect(lines).to_have_count(len(sentences), timeout=90_000)
        assert sorted(lines.all_inner_texts()) == sorted(sentences)
        for said in sentences:
            self.hears(said)
        self.focus_is_kept()


def applying(context: BrowserContext, base: str, mobile: str = "", *, script: bool = True) -> Applying:
    """Return somebody at a page of *context*, signed in by *mobile*."""
    made = Applying(watched(context.new_page()), base, script=script)
    made.applicant = Applicant(made)
    if mobile:
        made.applicant.sign_in(mobile)
    return made


WAYS = ("phone", "desktop", "plain")


@contextmanager
def three_ways(
    browser: Browser, server: Server, mobile: str, begin: Callable[[Applying], None]
) -> Iterator[dict[str, Applying]]:
    """Have one citizen sign in and *begin*, then be at three browsers that share the session.

    They are a phone, a desktop, and a phone without JavaScript. At the end no page may have complained.
    """
    contexts = [context_of(browser, DEVICES.get(way, PHONE), script=way != "plain") for way in WAYS]
    first = applying(contexts[0], server.base, mobile)
    begin(first)
    made = {WAYS[0]: first}
    for way, context in zip(WAYS[1:], contexts[1:], strict=True):
        context.add_cookies(contexts[0].cookies())  # type: ignore[arg-type]
        made[way] = applying(context, server.base, script=way != "plain")
        made[way].applicant.home = first.applicant.home
    yield made
    for citizen in made.values():
        complaints: list[str] = citizen.page.complaints  # type: ignore[attr-defined]
        assert not complaints, complaints
    for context in contexts:
        context.close()


def jpeg(name: str) -> FilePayload:
    """Return a small photo of a paper called *name*."""
    return papers.file(f"{name}.jpg", "image/jpeg", papers.small_photo(name))
