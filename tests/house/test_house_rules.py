"""The rules of the house. Each failure names the place and says what to do instead."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest
from jinja2 import Environment, nodes

from portal.core.tools.places import TEMPLATES
from tests.house.source import (
    PORTAL,
    ROOT,
    TESTS,
    dotted,
    imported,
    in_code,
    modules,
    name,
    places_with,
    say,
    scripts,
    styles,
    templates,
    tree,
)

ROOMS = ("core", "regions", "questions", "documents", "accounts", "policy", "cases", "notices", "letters")
AUDIENCES = ("citizen", "staff", "public")
LINES, FUNCTION = 400, 60  # far from daily life: squeezing lines to fit would be worse than the length
# One table of fields that mirrors the TOML of a city: cut in two it would only be harder to look through.
LONG = {"portal/regions/model.py"}
HAN = re.compile(r"[\u3400-\u9fff]")


# -- sizes: a smoke alarm ------------------------------------------------------------------------


def test_no_module_has_grown_too_long() -> None:
    long = [name(path) for path in modules() if len(path.read_text().splitlines()) > LINES and name(path) not in LONG]

    say(long, f"over {LINES} lines: it wants to be two things; find their two nouns")


def test_no_template_style_or_script_has_grown_too_long() -> None:
    files = [*templates(), *styles(), *scripts()]
    long = [name(path) for path in files if len(path.read_text().splitlines()) > LINES]

    say(long, f"over {LINES} lines: move a part into a component of its own")


def test_no_function_has_grown_too_long() -> None:
    def long(node: ast.AST) -> bool:
        lines = (node.end_lineno or 0) - node.lineno + 1 if isinstance(node, FUNCTIONS) else 0
        return lines > FUNCTION

    paths = [*modules(), *(ROOT / "migrations").glob("*.py")]

    say(in_code(paths, long), f"a function over {FUNCTION} lines: give its steps names")


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


# -- what comes through core ---------------------------------------------------------------------

OUTSIDE = {
    "datetime.now": "clock.now()",
    "datetime.utcnow": "clock.now()",
    "datetime.today": "clock.today()",
    "date.today": "clock.today()",
    "time.time": "clock.now()",
    "time.monotonic": "clock.ticks()",
    "time.perf_counter": "clock.ticks()",
    "os.environ": "SETTINGS",
    "os.getenv": "SETTINGS",
    "uuid.uuid4": "crypto.token()",
}
CHANCE = "portal.core.store.crypto"
MODULES = {"secrets": CHANCE, "random": CHANCE, "uuid": CHANCE, "logging": "portal.core.tools.log"}
# Before the settings are read, the command line sets those of the demonstration.
FIRST = {"portal/__main__.py"}


def test_time_chance_and_environment_come_through_core() -> None:
    paths = [path for path in modules() if PORTAL / "core" not in path.parents and name(path) not in FIRST]
    for wanted, instead in OUTSIDE.items():

        def called(node: ast.AST, wanted: str = wanted) -> bool:
            return isinstance(node, ast.Attribute) and ast.unparse(node).endswith(wanted)

        say(in_code(paths, called), f"not {wanted} but {instead}: there is one clock and one source of chance")
    for module, instead in MODULES.items():

        def imports(node: ast.AST, wanted: str = module) -> bool:
            return wanted in imported(node)

        say(in_code(paths, imports), f"not {module} but {instead}")


# -- who does what -------------------------------------------------------------------------------


class Text(NamedTuple):
    """A text in a module."""

    value: str
    lineno: int


def strings(path: Path) -> Iterator[Text]:
    """Yield the texts in a module, docstrings too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Text(node.value, node.lineno)


SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE \w+\s+SET|DELETE FROM)\b|^FROM \w+", re.DOTALL)


def test_the_pages_write_no_sql() -> None:
    places = [
        name(path, text.lineno) for path in modules(*AUDIENCES) for text in strings(path) if SQL.search(text.value)
    ]
    places += in_code(
        modules(*AUDIENCES),
        lambda node: imported(node) & {"portal.core.store.database", "piccolo.table", "piccolo.query"},
    )

    say(places, "an audience has no SQL and no tables: give the subject's room a verb and call it")


def test_the_office_reads_papers_only_once_they_were_handed_in() -> None:
    rooms = [path for path in modules("staff", "letters") if path.name != "assisted.py"]  # who enters them has them

    say(
        places_with(rooms, r"\bkeep\.(documents?|in_slot)\("),
        "ask portal/cases/papers/sent.py: what a citizen has not sent is theirs alone",
    )


STATE = re.compile(r"UPDATE\s+cases\s+SET\b(?:(?!\bWHERE\b).)*\bstate\s*=", re.DOTALL | re.IGNORECASE)


def test_only_move_writes_a_state() -> None:
    places = [
        name(path, text.lineno)
        for path in modules()
        if name(path) != "portal/cases/life/case.py"
        for text in strings(path)
        if STATE.search(text.value)
    ]

    say(
        places,
        "write a row into cases/life/moves.py and call move(): state, event and outbox belong into one transaction",
    )


def test_nobody_asks_which_city_it_is() -> None:
    cities = {path.parent.name for path in (PORTAL / "regions").glob("*/region.toml")}
    places = [name(path, text.lineno) for path in modules() for text in strings(path) if text.value in cities]

    say(places, "make it a value of the city in portal/regions/<city>/region.toml, and ask for that")
    assert len(cities) >= 2


# -- pages ---------------------------------------------------------------------------------------


def test_every_template_begins_with_what_it_is_and_needs() -> None:
    said = re.compile(r"{#- [^#]+\.[^#]*-#}\n")
    places = [name(path) for path in templates() if not said.match(path.read_text())]

    say(places, "begin with a comment {#- What it is. Needs: ... -#}")


INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style\b|\sstyle=|<[^>]*\son\w+\s*=|javascript:")
ATTRIBUTE = r"[\"'](style|on(click|change|input|submit|load|error|focus|blur|key\w+))[\"']\s*:"
CODE = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)


def without_code(path: Path) -> str:
    """Return what stands in a template as it is, on the same lines."""
    return CODE.sub(lambda part: "\n" * part[0].count("\n"), path.read_text())


def lines_with(path: Path, text: str, wanted: re.Pattern[str]) -> list[str]:
    """Return the places in *text*, which is of *path*, where *wanted* stands."""
    lines = enumerate(text.splitlines(), start=1)
    return [f"{name(path, number)}: {line.strip()[:80]}" for number, line in lines if wanted.search(line)]


def test_no_template_has_script_style_or_handler_in_it() -> None:
    places = [place for path in templates() for place in lines_with(path, without_code(path), INLINE)]

    say(
        places + places_with(templates(), ATTRIBUTE),
        "the content policy forbids it: move it to static/js or static/css",
    )


def test_a_template_imports_only_what_it_calls() -> None:
    places = []
    for path in templates():
        source = path.read_text()
        for imports in Environment(autoescape=True).parse(source).find_all(nodes.FromImport):
            names = [macro if isinstance(macro, str) else macro[1] for macro in imports.names]
            rest = re.sub(r"{% from .*?%}", "", source)
            places += [f"{name(path)}: {macro}" for macro in names if not re.search(rf"\b{macro}\b", rest)]

    say(places, "nobody calls it: take it out of the import")


def test_every_word_of_a_template_can_be_translated() -> None:
    own_tongue = re.compile(r'<(\w+)[^>]*\blang="zh-CN"[^>]*>.*?</\1>', re.DOTALL)
    places = [place for path in templates() for place in lines_with(path, own_tongue.sub("", without_code(path)), HAN)]

    say(places, 'say it through {{ _("...") }}, or mark it lang="zh-CN" when it stays Chinese')


def test_a_fragment_has_one_root_called_like_its_file() -> None:
    fragments = [path for room in AUDIENCES for path in (TEMPLATES / room).rglob("_*.html")]
    places = [name(path) for path in fragments if first_id(path) != path.stem[1:].replace("_", "-")]

    say(places, "the first element of a fragment carries the file's name as its id, for htmx to swap it")
    assert fragments


def first_id(path: Path) -> str:
    """Return the id of the first element in a template."""
    opened = re.search(r"<\w+[^>]*?\bid=\"([\w-]+)\"|<\w+[^>]*>", re.sub(r"{[#%].*?[#%]}", "", path.read_text()))
    return opened[1] or "" if opened else ""


def pages() -> dict[str, str]:
    """Return ``{name: where}`` of every page that a controller answers with."""
    return {
        text.value: name(path, text.lineno)
        for path in modules(*AUDIENCES)
        for text in strings(path)
        if re.fullmatch(rf"({'|'.join(AUDIENCES)})/[\w/]+", text.value)
    }


def test_every_page_stands_in_the_folder_of_its_noun() -> None:
    places = []
    for page, where in pages().items():
        noun = page.rpartition("/")[0]
        if not (PORTAL / f"{noun}.py").exists():
            places.append(f"{where}: {page}")
    for folder in {path.parent for room in AUDIENCES for path in (TEMPLATES / room).rglob("*.html")}:
        place = folder.relative_to(TEMPLATES)
        places += [f"templates/{place}"] if not (PORTAL / f"{place}.py").exists() else []

    say(places, "templates/<room>/<noun>/ belongs to portal/<room>/<noun>.py: one feature, one noun")


def test_every_template_is_shown_by_somebody() -> None:
    shown = {*pages(), *(part for path in templates() for part in re.findall(r'"([\w/]+)\.html"', path.read_text()))}
    named = {part for path in templates() for part in re.findall(r'chrome\("([\w/]+)"', path.read_text())}
    given = {
        f"citizen/apply/answers/{kind}" for kind in ("questions", "form", "insurance")
    }  # by the step's kind of page
    all_ = {str(path.relative_to(TEMPLATES).with_suffix("")): path for path in templates()}

    say([name(path) for page, path in all_.items() if page not in shown | named | given], "nobody shows it: delete it")


# -- styles and scripts --------------------------------------------------------------------------


def test_colours_are_tokens() -> None:
    paths = [path for path in styles() if path.name not in ("tokens.css", "print.css", "sheet.css")]

    say(
        places_with(paths, r":[^;]*(#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\()"),
        "name the colour in tokens.css",
    )


def test_nothing_is_important() -> None:
    paths = [path for path in styles() if path.name not in ("reset.css", "print.css")]

    say(places_with(paths, r"!important"), "layers decide who wins: put the rule into a later layer")


def test_every_custom_element_is_described_where_it_is_defined() -> None:
    defined = {}
    for path in scripts():
        for element in re.findall(r'customElements\.define\("([\w-]+)"', path.read_text()):
            defined[element] = path
    described = {element for element, path in defined.items() if f"<{element}" in path.read_text().partition("*/")[0]}
    used = {element for path in templates() for element in re.findall(r"<([a-z]+-[a-z-]+)", path.read_text())}

    say(sorted(used - defined.keys()), "define the element in static/js")
    say(
        sorted(defined.keys() - described), "say what it does, and what happens without it, in its file's first comment"
    )
    say(sorted(defined.keys() - used), "no page has this element: delete it")


# -- words ---------------------------------------------------------------------------------------


def test_comments_and_docstrings_are_english() -> None:
    say(
        [place for path in modules() for place in chinese_in(path)], "say it in English; quote a Chinese term if needed"
    )


TERM = 40


def chinese_in(path: Path) -> list[str]:
    """Return the comments and docstrings that are more Chinese than English; behind code may stand a term."""
    texts = [
        (token.start[0], token.string)
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type == tokenize.COMMENT and (token.line.lstrip().startswith("#") or len(token.string) > TERM)
    ]
    documented = (ast.Module, ast.ClassDef, *FUNCTIONS)
    texts += [
        (getattr(node, "lineno", 1), ast.get_docstring(node) or "")
        for node in ast.walk(tree(path))
        if isinstance(node, documented)
    ]
    return [name(path, line) for line, text in texts if len(HAN.findall(text)) > len(re.findall(r"[A-Za-z]", text)) + 1]


def committed() -> list[Path]:
    """Return the files of ours that people read."""
    folders = ("portal", "templates", "static/js", "static/css", "migrations", "tests", "e2e")
    ours = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in KINDS]
    return sorted([*ours, *ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"])


KINDS = {".py", ".html", ".js", ".css", ".toml", ".csv", ".md", ".po"}


def test_nothing_is_left_for_later() -> None:
    places = places_with(committed(), r"\b(TO" r"DO|FIX" r"ME|HA" r"CK)\b|\bX" r"XX\b")

    say(places, "do it, or open an issue")


def test_nobody_names_a_place_of_the_machine_it_was_written_on() -> None:
    say(
        places_with(committed(), r"[\s\"'(`=](/wo" r"rk/|/ho" r"me/|/ro" r"ot/)"),
        "a clone stands elsewhere: say it from the root",
    )


def test_no_merge_was_left_half_done() -> None:
    say(places_with(committed(), r"^([<|>])\1{6}( |$)|^={7}$"), "choose between the two sides, and take the marks out")


# -- rooms --------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [*ROOMS, *AUDIENCES])
def test_every_room_has_its_tests(room: str) -> None:
    side = "contract" if room in AUDIENCES else "inside"

    assert list((TESTS / side / room).rglob("test_*.py")), f"write tests/{side}/{room}/test_<noun>.py"


def test_every_inner_room_has_its_floor() -> None:
    floors = (ROOT / "pyproject.toml").read_text()
    rooms = [path.parent for path in PORTAL.glob("*/*/__init__.py")]
    places = [name(room) for room in rooms if f"portal.{room.parent.name}.{room.name}" not in floors]

    say(places, "give the inner room its floor in pyproject.toml: which rooms of its house may it import?")
    assert rooms


def test_no_controller_imports_another() -> None:
    controllers = {dotted(path) for path in modules(*AUDIENCES) if defines_a_controller(path)}
    places = [
        f"{name(path)} imports {module}"
        for path in modules(*AUDIENCES)
        for node in ast.walk(tree(path))
        for module in sorted(imported(node) & controllers)
    ]

    say(places, "move what both pages need down into a module that shows no page: of their room, or of `shared`")


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside a function count too: a circle that only works in one order is still one."""
    names = {dotted(path): path for path in modules()}
    imports = {
        module: {other for node in ast.walk(tree(path)) for other in imported(node) & names.keys()} - {module}
        for module, path in names.items()
    }
    try:
        list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        pytest.fail(f"{circle}: move what both need into a module of its own below them")


def defines_a_controller(path: Path) -> bool:
    """Return whether a module has pages of its own."""
    classes = [node for node in tree(path).body if isinstance(node, ast.ClassDef)]
    return any(ast.unparse(base) == "Controller" for node in classes for base in node.bases)


def test_rooms_are_known() -> None:
    rooms = {path.parent.name for path in PORTAL.glob("*/__init__.py")}

    assert rooms == {*ROOMS, *AUDIENCES}, "name the room here and give it its floor in pyproject.toml"
