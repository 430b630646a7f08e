"""Every file of the corpus goes through the real upload: the expected verdict and sentence, and nothing active left."""

import html
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from portal.core.store import storage
from portal.core.tools import sandbox
from portal.documents import keep
from portal.documents.check import WARNINGS, sentence
from portal.documents.kinds import kind_of
from portal.regions.load import REGIONS
from tests.conftest import ON_POSTGRES
from tests.helpers.changes import ChangeSettings
from tests.helpers.client import Client
from tests.helpers.corpus.independent import left_in
from tests.helpers.corpus.papers import Paper, corpus, write
from tests.helpers.corpus.pictures import BLUE, GREEN, RED
from tests.helpers.factories import make_person
from tests.helpers.scanner import Scanner
from tests.helpers.walk import begin

SLOT = "medical_records.exam_report"
MEISHAN = REGIONS["meishan"]
# What becomes of a file does not depend on the database; the second run sends a part of them.
PAPERS = corpus()[:: 6 if ON_POSTGRES else 1]


@pytest.fixture(scope="module", autouse=True)
def helper_with_decoders() -> Iterator[None]:
    """A helper of the sandbox that has loaded the decoders once, as in a real house."""
    sandbox.preload(["portal.documents.decode"])
    yield
    sandbox.shut()


class Door(Client):
    """A citizen with a draft who sends one file after the other."""

    home = ""

    async def send(self, name: str, content: bytes) -> None:
        """Choose a file and press 上传."""
        await self.get(f"{self.home}/materials")
        await self.upload(f"{self.home}/materials/{SLOT}", (name, content, "application/octet-stream"))

    async def taken(self) -> list[keep.Document]:
        """Return what was taken."""
        return await keep.documents(self.home.rpartition("/")[2])


@pytest.fixture
async def door(empty_store: None, scanner: Scanner, settings: ChangeSettings) -> AsyncIterator[Door]:
    """Somebody at the page of files."""
    settings(clamd=scanner.address)
    await make_person()
    async with Door() as made:
        await made.sign_in("13800000101")
        made.home = await begin(made, "meishan")
        yield made


@cache
def helper() -> int:
    """Return the process that forks the sandbox's children, as it was first seen."""
    assert sandbox.HELPER.process
    return sandbox.HELPER.process.pid


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
async def test_a_file_comes_to_what_it_should(door: Door, paper: Paper) -> None:
    content = paper.make()
    started = time.monotonic()

    await door.send(paper.name, content)

    assert time.monotonic() - started < 60
    if paper.verdict:
        said = sentence(paper.verdict, paper.name, len(content), MEISHAN)
        assert door.status == 422
        assert said in html.unescape(door.text)
        assert await door.taken() == []
        assert [name async for name in storage.names()] == []
    else:
        assert door.status == 200, [part for part in html.unescape(door.text).split("“") if paper.name in part]
        (file,) = await door.taken()
        assert (file.name, file.state, file.pages) == (paper.name, "ok", paper.pages)
        assert file.warnings == paper.warnings
        assert all(WARNINGS[warning] in door.text for warning in paper.warnings)
        check_clean(paper, content, await keep.content(file), await keep.small(file), file.kind)


def check_clean(paper: Paper, sent: bytes, clean: bytes, small: bytes, kind: str) -> None:
    """Have what is kept of an accepted file carry nothing that acts and nothing of where it was taken."""
    Image.open(BytesIO(small), formats=["JPEG"]).load()
    if kind == "pdf":
        assert left_in(clean) == []
        if kind_of(sent) == "PDF" and paper.armed:
            assert left_in(sent) != [], "this file was to carry something that acts"
        return
    image = Image.open(BytesIO(clean), formats=["JPEG"])
    image.load()
    assert not image.getexif()
    assert max(image.size) <= 2600
    assert not any(mark in clean for mark in (b"planted", b"Planted", b"Exif", b"<script>", b"PK\x03\x04"))
    if paper.upright:
        width, height = image.size
        assert height > width
        places = {RED: (0.1, 0.1), GREEN: (0.9, 0.1), BLUE: (0.1, 0.9)}
        for colour, (x, y) in places.items():
            pixel = image.getpixel((int(x * width), int(y * height)))
            assert isinstance(pixel, tuple)
            assert all(abs(one - other) < 60 for one, other in zip(pixel, colour, strict=True))


async def test_the_same_file_twice_is_told_as_such(door: Door) -> None:
    paper = next(paper for paper in corpus() if paper.name == "held-6.jpg")
    await door.send(paper.name, paper.make())

    await door.send("another name.jpg", paper.make())

    assert door.status == 422
    assert "“another name.jpg”已经传过了" in door.text
    assert len(await door.taken()) == 1


async def test_the_server_never_noticed_what_its_children_went_through(door: Door) -> None:
    """Runs after all of them: the process that forks the children is the one it was at the first."""
    await door.send("photo.jpg", next(paper for paper in corpus() if paper.name == "held-1.jpg").make())
    first = helper()

    for name in ("written-over.avif", "texts-that-unpack.png", "says-it-is-large.png", "bottomless.pdf"):
        await door.send(name, next(paper for paper in corpus() if paper.name == name).make())

    assert sandbox.HELPER.process
    assert sandbox.HELPER.process.pid == first
    assert len(await door.taken()) == 1


def test_the_corpus_has_every_kind_of_file_the_issue_asks_for() -> None:
    papers = corpus()

    assert len(papers) >= 240
    for ending in (".jpg", ".png", ".webp", ".tif", ".avif", ".mpo", ".heic", ".exif-only.heic"):
        assert sum(paper.upright and paper.name.endswith(ending) for paper in papers) >= 8
    assert sum(paper.armed for paper in papers) >= 30
    assert {paper.verdict for paper in papers} >= {
        *("", "empty", "too_big", "type", "office", "video", "mismatch", "password", "corrupt"),
        *("pages", "leaves", "pixels"),
    }
    assert {warning for paper in papers for warning in paper.warnings} >= {"small", "dark", "blank", "blurred", "cut"}


def test_the_corpus_can_be_written_out_with_its_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tests.helpers.corpus.papers as module

    chosen = [paper for paper in corpus() if paper.name in ("held-1.png", "locked.pdf", "病历.docx")]
    monkeypatch.setattr(module, "corpus", lambda: chosen)

    names = list(write(tmp_path))

    manifest = (tmp_path / "manifest.csv").read_text()
    assert sorted(names) == sorted(paper.name for paper in chosen)
    assert "locked.pdf,password" in manifest
    assert (tmp_path / "held-1.png").read_bytes().startswith(b"\x89PNG")
