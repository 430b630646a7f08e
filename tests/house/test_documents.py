"""The documents say what is there: their links lead somewhere, the files, commands and targets they name exist."""

import argparse
import re
import tomllib
from dataclasses import fields
from functools import cache, partial
from pathlib import Path

import pytest

from portal import __main__ as command_line
from portal.core.tools.settings import Settings, variable
from portal.public.demo_clock import ClockController
from portal.routes import declared

ROOT = Path(__file__).parents[2]
# D81: whatever a machine can know about a document is compared with the code here.
MADE = {"var/", "files/", "keys.toml"}  # by the first start
DOCUMENTS = sorted(
    path for folder in (".", "portal", "tests", "e2e", "static") for path in (ROOT / folder).glob("*.md")
)
BASES = (ROOT, ROOT / "portal", ROOT / "templates", ROOT / "portal" / "regions" / "meishan")
BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
NAMED = re.compile(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|toml|csv|md|po))`")
NAME = re.compile(r"`([A-Za-z_][\w.]*)`")
TARGET = re.compile(r"(?:`|^ {4})make ([a-z0-9-]+)", re.MULTILINE)
WIDE = 500  # columns: no help takes a second line
# Files of other projects, and files that a city may have and ours have not.
ELSEWHERE = re.compile(r"app/.*\.(?:rb|erb)|(?:notices|letters)\.toml")
ADDRESS = re.compile(r"/.*")  # of the portal, not of the repository


def text_of(path: Path) -> str:
    return path.read_text()


def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings in *path*, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    lost = []
    for file, anchor in LINK.findall(text_of(path)):
        target = (path.parent / file) if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(f"{file}#{anchor}")

    assert not lost, f"{path.name} links to what is not there: correct the link, or the heading it wants"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(path: Path) -> None:
    named = [name for name in NAMED.findall(text_of(path)) if not ADDRESS.fullmatch(name)]
    lost = [name for name in named if not (name in MADE or ELSEWHERE.fullmatch(name) or is_there(name, path))]

    assert not lost, f"{path.name} names files that are gone: say where it is now"


def is_there(name: str, document: Path) -> bool:
    """Return whether a file or folder called *name* exists: from the root, from portal/, or beside *document*."""
    homes = (*BASES, document.parent)
    return any((home / name).exists() or (home / f"{name}.py").exists() for home in homes)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_target_of_make_that_a_document_names_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert not set(TARGET.findall(text_of(path))) - targets, f"{path.name} names a target that the Makefile has not"


def subcommands() -> dict[str, str]:
    """Return ``{portal command: its help}`` of the command line; *what* it is asked to do belongs to the name."""
    parser = command_line.parser()
    parser.formatter_class = partial(argparse.HelpFormatter, width=WIDE)
    return dict(re.findall(r"^    (\w+) +(.+)$", parser.format_help(), re.MULTILINE))


def test_the_table_of_commands_is_that_of_the_command_line() -> None:
    rows = re.findall(r"^\| `portal (\w+)[^`]*` \| (.*) \|$", text_of(ROOT / "portal" / "OPERATION.md"), re.MULTILINE)

    assert dict(rows) == subcommands(), "the table in portal/OPERATION.md says something else than portal/__main__.py"


def test_every_command_that_a_document_names_is_there() -> None:
    called = {
        (path.name, name)
        for path in DOCUMENTS
        for name in re.findall(r"`portal ([a-z]+)\b|^    portal ([a-z]+)\b", text_of(path), re.MULTILINE)
    }
    lost = [(path, name) for path, (quoted, shown) in called if (name := quoted or shown) not in subcommands()]

    assert not lost, "there is no such command: portal --help lists them"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_address_that_a_document_names_is_a_route(path: Path) -> None:
    routes = [ClockController.path, *(route.path for route in declared())]
    named = re.findall(r"`(/[^` ]*)`", text_of(path))
    lost = [name for name in named if not any(leads_to(route, name) for route in routes)]

    assert not lost, f"{path.name} names addresses that no route answers: portal routes lists them"


def leads_to(route: str, address: str) -> bool:
    """Return whether *address*, in which ``<...>`` or ``...`` stands for anything, is one of *route*'s."""
    wanted = re.sub(r"<\w+>|\.\.\.|WORD|{\w+}", "x", address).rstrip("/") or "/"
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), wanted) is not None


def test_the_picture_of_the_floors_is_that_of_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    drawn = set(re.findall(r"^(\w+) {2,}(\w[\w |]*(?: / \w[\w |]*)+)$", text_of(ROOT / "README.md"), re.MULTILINE))
    inner = [contract for contract in contracts if contract["name"].startswith("Inner floors of ")]

    for contract in inner:
        room = contract["name"].rpartition(" ")[2]
        floors = " / ".join(re.sub(rf"portal\.{room}\.", "", layer) for layer in contract["layers"])
        assert (room, floors) in drawn, f"draw the floors of {room} in README.md as pyproject.toml has them: {floors}"
    assert len(drawn) == len(inner)


def test_the_rooms_in_the_picture_are_those_of_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = next(contract["layers"] for contract in contracts if contract["name"].startswith("Floors:"))
    rooms = [re.sub(r"portal\.", "", layer) for layer in floors if "portal.citizen" in layer or floors.index(layer) > 3]
    picture = text_of(ROOT / "README.md").split("```")[1]

    drawn = [re.split(r" {2,}", line)[0] for line in picture.strip().splitlines()][1:]
    assert drawn == rooms, "draw the floors in README.md as pyproject.toml has them"


@cache
def words_in(*folders: str) -> frozenset[str]:
    """Return every word that code, templates, scripts and data in *folders* contain."""
    kinds = {".py", ".html", ".toml", ".js", ".css"}
    ours = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    return frozenset(word for path in ours for word in re.findall(r"\w+", path.read_text()))


def test_every_identifier_of_the_glossary_stands_in_the_code() -> None:
    identifiers = set(re.findall(r"`(\w+)`", text_of(ROOT / "portal" / "GLOSSARY.md")))
    words = words_in("portal", "templates", "migrations")

    assert not identifiers - words, "portal/GLOSSARY.md names what code does not: write the word in plain type"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_name_that_a_document_quotes_stands_in_the_code(path: Path) -> None:
    quoted = {word for name in NAME.findall(BLOCK.sub("", text_of(path))) for word in name.split(".")}
    words = words_in("portal", "templates", "migrations", "static", "tests", "e2e")
    settings = {variable(field) for field in fields(Settings)}

    assert not quoted - words - settings, f"{path.name} quotes a name that code does not have: say what it is now"


def test_every_library_has_its_reason_among_the_decisions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    libraries = {re.split(r"[^\w-]", wanted)[0] for wanted in project["dependencies"]}
    decisions = text_of(ROOT / "portal" / "DECISIONS.md").lower()

    assert not {library for library in libraries if library not in decisions}, "say why in portal/DECISIONS.md, D14"
