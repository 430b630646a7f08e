"""Every page the tests see, kept as a file, and what differs between two such records.

``pytest --record-pages=FOLDER`` writes each HTML answer that a `tests.helpers.client.Client` gets to
``FOLDER/<test file>/<test>/<n>-<method>-<address>.html``. Randomness is then sown by the name of the test, so that two
runs of one commit give the same pages.

``python -m tests.helpers.recording BEFORE AFTER`` compares two records as a browser would lay the pages out: space at
the edge of a block counts for nothing, white space inside a line counts as one space, and what is new in each run
(tokens, clock times, digests of assets) counts for nothing. It says which pages differ, where first, what they weigh.
``--all`` says every line, ``--only TEXT`` keeps to the files whose place contains TEXT.
"""

import argparse
import re
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import unified_diff
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import NamedTuple

import httpx

# D84: templates may be laid out anew only where this finds no difference.
SHOWN = 20  # lines of one difference
NAME = 80  # characters of a file's or folder's name, of which many systems allow 255 bytes

# -- to record ------------------------------------------------------------------------------------


class Recorder:
    """Writes the pages of the test that runs."""

    def __init__(self) -> None:
        """Record nothing yet."""
        self.folder: Path | None = None
        self.pages = 0

    @contextmanager
    def of_test(self, folder: Path, file: str, test: str) -> Iterator[None]:
        """Record the pages of *test* of the test *file* below *folder*, with randomness sown by its name."""
        from portal.core.store import crypto

        self.folder, self.pages = folder / Path(file).stem / slug(test), 0
        crypto.secrets = sown(test)  # type: ignore[assignment, attr-defined]
        try:
            yield
        finally:
            crypto.secrets = secrets  # type: ignore[attr-defined]
            self.folder = None

    async def keep(self, answer: httpx.Response) -> None:
        """Write *answer* if it is a page of a test that is recorded; a client calls this for each answer it gets."""
        if self.folder is None or not answer.headers.get("content-type", "").startswith("text/html"):
            return
        await answer.aread()
        self.folder.mkdir(parents=True, exist_ok=True)
        address = slug(without_chance(answer.request.url.path))
        (self.folder / f"{self.pages:03}-{answer.request.method}-{address}.html").write_bytes(answer.content)
        self.pages += 1


RECORDER = Recorder()


def slug(text: str) -> str:
    """Return *text* as a name of a file; a long one ends in a digest of the whole."""
    plain = re.sub(r"[^\w.~-]+", "_", text, flags=re.ASCII).strip("_") or "_"
    return plain if len(plain) <= NAME else f"{plain[: NAME - 8]}{sha256(text.encode()).hexdigest()[:8]}"


def sown(seed: str) -> SimpleNamespace:
    """Return what the portal uses of `secrets`, the same in each run."""
    chance = Random(seed)

    def token_urlsafe(size: int) -> str:
        from base64 import urlsafe_b64encode

        return urlsafe_b64encode(chance.randbytes(size)).rstrip(b"=").decode()

    return SimpleNamespace(token_bytes=chance.randbytes, randbelow=chance.randrange, token_urlsafe=token_urlsafe)


# -- to compare -----------------------------------------------------------------------------------


def named(words: str) -> frozenset[str]:
    """Return the names of elements in *words*."""
    return frozenset(words.split())


CHANCE = (
    (r"/static/[0-9a-f]{6,}/", "/static/~/"),
    (r"\b\d{4}([ -]?)\d{4}\1\d{4}\b", "~number~"),  # an application number
    (r"(?<!\d)\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(?!\d)", "~time~"),
    (r"\b[0-9a-f]{16,}\b", "~digest~"),
    (r"\b(?=[a-z-]*\d)[0-9a-z]{4}(-[0-9a-z]{4}){1,3}\b", "~code~"),  # to set something up, to come in without a phone
    # A token in base64url: long, with capitals among its letters. Names of classes have none.
    (r"(?<![\w-])(?=[\w-]*[A-Z][\w-]*[A-Z0-9])(?=[\w-]*[a-z])[\w-]{16,}", "~token~"),
)
BLOCKS = named(
    "address article aside blockquote body br caption col colgroup dd details dialog div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li link main meta nav ol optgroup option p"
    " pre script search section source style summary table tbody td template tfoot th thead title tr track ul"
)
BOXES = named("button canvas iframe img input meter object progress select svg textarea video")
VOID = named("area base br col embed hr img input link meta source track wbr")
VERBATIM = frozenset(("pre", "textarea", "script", "style"))
LISTS = frozenset(("class", "rel", "aria-describedby", "aria-labelledby"))  # attributes that hold words in any spacing

COUNTED = frozenset(("data-seconds",))  # attributes that hold seconds


def without_chance(text: str) -> str:
    """Return *text* with a placeholder for what is new in each run."""
    for pattern, placeholder in CHANCE:
        text = re.sub(pattern, placeholder, text, flags=re.ASCII)
    return text


class Laid(HTMLParser):
    """A page as lines, one for each tag and each piece of text, with white space as a browser lays it out."""

    def __init__(self, page: str) -> None:
        """Read *page*."""
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.inside: list[str] = []
        self.at_edge = True  # a space here is seen by nobody: a line begins, or another space stands before it
        self.feed(page)
        self.close()
        self._edge()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Add a tag with its attributes in order."""
        if tag in BLOCKS or self._drawn:
            self._edge()
        self.lines.append(f"<{tag}{''.join(f' {attribute(*pair)}' for pair in attrs)}>")
        if tag not in VOID:
            self.inside.append(tag)
        if tag in BOXES:
            self.at_edge = tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        """Add the end of an element."""
        if tag in BLOCKS or tag in BOXES or self._drawn:
            self._edge()
        self.lines.append(f"</{tag}>")
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass
        if tag in BOXES:
            self.at_edge = False

    def handle_data(self, data: str) -> None:
        """Add text."""
        if VERBATIM.intersection(self.inside):
            self.lines.append(f"|{without_chance(data)!r}")
            return
        for part in re.findall(r"[ \t\n\r\f]+|[^ \t\n\r\f]+", data):
            if not part.isspace() or part == "\u3000":
                self._say(without_chance(part))
                self.at_edge = False
            elif not self.at_edge:
                self._say(" ")
                self.at_edge = True

    def handle_comment(self, data: str) -> None:
        """Add a comment: it is sent, too."""
        self.lines.append(f"<!--{data}-->")

    @property
    def _drawn(self) -> bool:
        """Whether we are inside a drawing, where no space is ever seen."""
        return "svg" in self.inside

    def _say(self, text: str) -> None:
        if self.lines and self.lines[-1].startswith("|"):
            self.lines[-1] += text
        else:
            self.lines.append(f"|{text}")

    def _edge(self) -> None:
        """End a line: its last space is seen by nobody, even inside inline elements that end here."""
        for at in range(len(self.lines) - 1, -1, -1):
            line = self.lines[at]
            if line.startswith("|"):
                self.lines[at] = line.removesuffix(" ")
                if self.lines[at] == "|":
                    del self.lines[at]
                break
            if re.match(r"</?([\w-]+)", line)[1] in BLOCKS | BOXES:  # type: ignore[index]
                break
        self.at_edge = True


def attribute(name: str, value: str | None) -> str:
    """Return an attribute as it is compared."""
    if value is None:
        return name
    if name in COUNTED:
        return f'{name}="~"'
    return f'{name}="{escape(without_chance(" ".join(value.split()) if name in LISTS else value))}"'


class Difference(NamedTuple):
    """What differs on one page; other pages may differ in the same."""

    lines: tuple[str, ...]
    only_spaces: bool


def difference(before: str, after: str) -> Difference | None:
    """Return what differs between two forms of a page, or nothing."""
    if without_chance(before) == without_chance(after):
        return None
    old, new = Laid(before).lines, Laid(after).lines
    if old == new:
        return None
    bare = ["".join("".join(lines).split()).replace("|", "") for lines in (old, new)]
    changed = (line for line in unified_diff(old, new, lineterm="", n=2) if not line.startswith(("---", "+++", "@@")))
    return Difference(tuple(changed), bare[0] == bare[1])


def pages(folder: Path, only: str) -> dict[Path, Path]:
    """Return the recorded pages below *folder*: which page of which test, and where it is.

    A page bears the address it was got from and how often that had been asked before in its test, so that a test may
    ask in any order.
    """
    found: dict[Path, Path] = {}
    asked: Counter[Path] = Counter()
    for path in sorted(folder.rglob("*.html")):
        place = path.relative_to(folder)
        bare = place.with_name(place.name.partition("-")[2])
        asked[bare] += 1
        if only in str(place):
            found[bare.with_stem(f"{bare.stem}.{asked[bare]}")] = path
    return found


class Weight:
    """What pages weigh before and after, as they are and as they are sent."""

    def __init__(self) -> None:
        """Begin with nothing on the scales."""
        self.bytes: Counter[str] = Counter()

    def add(self, before: bytes, after: bytes) -> None:
        """Put one page on."""
        from portal.core.web.pages import squeezed

        self.bytes.update(before=len(before), after=len(after))
        self.bytes.update(before_sent=len(squeezed(before)), after_sent=len(squeezed(after)))

    def __str__(self) -> str:
        """Say it in a line."""
        return ", ".join(
            f"{words} {self.bytes[old]:,} -> {self.bytes[new]:,} bytes ({self._growth(old, new):+.2%})"
            for words, old, new in (("plain", "before", "after"), ("squeezed", "before_sent", "after_sent"))
        )

    def _growth(self, old: str, new: str) -> float:
        return self.bytes[new] / self.bytes[old] - 1 if self.bytes[old] else 0.0


def compare(before: Path, after: Path, only: str = "", *, every_line: bool = False) -> bool:
    """Print what differs between two records; return whether nothing does.

    Only tests that are in both records are compared: a part of the tests is compared with a record of all. What many
    pages differ in alike is said once.
    """
    old, new = pages(before, only), pages(after, only)
    both = sorted(old.keys() & new.keys())
    tests = {place.parent for place in both}
    gone = sorted(place for place in old.keys() - new.keys() if place.parent in tests)
    come = sorted(place for place in new.keys() - old.keys() if place.parent in tests)
    weight = Weight()
    changes: dict[Difference, list[Path]] = {}
    for place in both:
        texts = old[place].read_bytes(), new[place].read_bytes()
        weight.add(*texts)
        if change := difference(*(text.decode() for text in texts)):
            changes.setdefault(change, []).append(place)
    for change, places in changes.items():
        say_change(change, places, every_line=every_line)
    differ = sum(map(len, changes.values()))
    say(
        *(f"gone: {place}" for place in gone),
        *(f"new: {place}" for place in come),
        f"{len(both) - differ} pages are the same, {differ} differ, {len(gone)} are gone, {len(come)} are new",
        str(weight),
    )
    return not (differ or gone or come)


def say_change(change: Difference, places: list[Path], *, every_line: bool) -> None:
    """Print what *places* differ in."""
    more = f" and {len(places) - 1} more pages" if len(places) > 1 else ""
    shown = change.lines if every_line else change.lines[:SHOWN]
    left_out = len(change.lines) - len(shown)
    say(
        f"{places[0]}{more}{', in spaces only' if change.only_spaces else ''}:",
        *(f"  {line[:300]}" for line in shown),
        *([f"  ({left_out} more lines)"] if left_out else []),
        "",
    )


def say(*lines: str) -> None:
    """Print *lines*."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def main() -> None:
    """Compare two records; leave with 1 when they differ."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.helpers.recording", description="compare two records of pages"
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--only", default="", help="keep to pages whose place contains this")
    parser.add_argument("--all", action="store_true", help="show every line that differs")
    given = parser.parse_args()
    sys.exit(0 if compare(given.before, given.after, given.only, every_line=given.all) else 1)


if __name__ == "__main__":
    main()
