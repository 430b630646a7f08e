"""What a reader of a page is given: its texts, names and descriptions, without what is marked as Chinese."""

import re
from html.parser import HTMLParser

from tests.helpers.texts import HAN

# Names that must be typed or tapped as they are stand in quotes.
QUOTED = re.compile("“[^”]*”")
NAMES = {"aria-label", "alt", "title", "placeholder", "data-done", "data-again", "data-sending", "data-lost"}
VOID = {
    "meta",
    "link",
    "input",
    "br",
    "img",
    "option",
    "path",
    "circle",
    "rect",
    "line",
    "polyline",
    "polygon",
    "ellipse",
}


class _Reader(HTMLParser):
    """Collects texts outside of what is hidden from readers or said to be Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = given.get("lang") == "zh-CN" or given.get("aria-hidden") == "true" or tag in ("style", "script")
        silent = silent or bool(self._silent and self._silent[-1])
        if not silent:
            self.found += [value for name, value in attrs if name in NAMES and value]
        if tag not in VOID:
            self._silent.append(silent)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._silent and self._silent[-1]):
            self.found.append(data.strip())


def shown_in(page: str) -> list[str]:
    """Return the texts of a page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found


def chinese_in(page: str, *own: str) -> list[str]:
    """Return the texts of a page that have Chinese in them, but for quoted names and people's *own* words."""
    found = []
    for text in shown_in(page):
        rest = QUOTED.sub("", text)
        for word in own:
            rest = rest.replace(word, "")
        if HAN.search(rest):
            found.append(text)
    return found
