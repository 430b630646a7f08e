"""The rules of the house for templates: what stands in them, and how they are laid out."""

import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from jinja2 import Environment, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS as DEFAULT_FILTERS

from portal.core.tools.i18n import SOURCE
from portal.core.tools.places import STATIC
from portal.core.web.forms import WRITTEN, WRITTEN_OF
from portal.core.web.pages import environment
from tests.helpers.recording import BLOCKS
from tests.house.source import modules, name, say, scripts, styles, templates

WIDTH = 120
NAMED = re.compile(r"\b([a-z_]+(?:\.[a-z_]+)+)\.([A-Z]\w+)")  # citizen.cases.progress.Progress


def broken(places_in: Callable[[Path], list[int]]) -> list[str]:
    """Return the places of the templates that break a rule."""
    return [name(path, line) for path in templates() for line in places_in(path)]


def parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text())


def is_text(node: nodes.Node) -> bool:
    """Return whether *node* is a text that is not empty, or a list of texts."""
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str) and node.value != ""
    return isinstance(node, nodes.Tuple | nodes.List) and any(is_text(item) for item in node.items)


def is_said(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "_"


def texts_in(node: nodes.Node) -> list[str]:
    """Return the texts that *node* is, or chooses among."""
    constants = [node] if isinstance(node, nodes.Const) else node.find_all(nodes.Const)
    return [constant.value for constant in constants if isinstance(constant.value, str)]


def compares_text(node: nodes.Node, own: frozenset[str]) -> bool:
    """Return whether *node* compares something with a text, other than the arguments (*own*) of a component's macro."""
    if not isinstance(node, nodes.Compare):
        return False
    sides = [node.expr, *(operand.expr for operand in node.ops)]
    others = [side for side in sides if not is_text(side)]
    return len(others) < len(sides) and not all(isinstance(side, nodes.Name) and side.name in own for side in others)


def is_table_of_words(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Dict) and any(is_said(pair.value) for pair in node.items)


def literals(path: Path) -> list[int]:
    """Return the lines of a template that decide by a text."""

    def inside(node: nodes.Node, own: frozenset[str]) -> Iterator[int]:
        if isinstance(node, nodes.Macro) and path.parent.name == "components":
            own |= {argument.name for argument in node.args}
        if compares_text(node, own) or is_table_of_words(node):
            yield node.lineno
        for inner in node.iter_child_nodes():
            yield from inside(inner, own)

    return sorted(set(inside(parsed(path), frozenset())))


def test_no_template_decides_by_a_state_a_kind_or_a_role() -> None:
    say(
        broken(literals),
        "let the controller's view struct say it: a property with the words, or one that reads as a statement"
        " ({% if view.waits_for_print %}); only a component's macro compares its own argument",
    )


def test_no_sentence_is_glued_with_punctuation() -> None:
    def glued(path: Path) -> list[int]:
        said = [call for call in parsed(path).find_all(nodes.Call) if is_said(call)]
        return [call.lineno for call in said if any(re.fullmatch(r"\W*", text) for text in texts_in(call.args[0]))]

    say(
        broken(glued),
        'make the sentence whole, with places to fill: {{ _("{name}，{disease}", name=..., disease=...) }};'
        " other languages put the words in another order",
    )


def test_lines_of_templates_are_short() -> None:
    def wide(path: Path) -> list[int]:
        return [number for number, line in enumerate(path.read_text().splitlines(), start=1) if len(line) > WIDTH]

    say(
        broken(wide),
        f"over {WIDTH} columns: break it between elements or attributes (indentation is not sent), or name a part"
        " with {% set %}",
    )


def test_a_line_of_a_template_opens_one_block_element() -> None:
    opened = re.compile(rf"<({'|'.join(sorted(BLOCKS))})\b")

    def crowded(path: Path) -> list[int]:
        return [n for n, line in enumerate(path.read_text().splitlines(), start=1) if len(opened.findall(line)) > 1]

    say(broken(crowded), "one element a line, nested by two spaces")


def test_hidden_words_end_where_their_button_ends() -> None:
    between = re.compile(r'class="visually-hidden"[^<]*</span>\s+</button>')

    def widened(path: Path) -> list[int]:
        text = path.read_text()
        return [text.count("\n", 0, match.end()) + 1 for match in between.finditer(text)]

    say(broken(widened), "a space there is seen as a wider button: write </span></button> on one line")


def test_every_class_that_a_first_line_names_exists() -> None:
    def unknown(path: Path) -> list[int]:
        text = path.read_text()
        comments = (match for match in re.finditer(r"{#.*?#}", text, re.DOTALL))
        named = [(comment.start(), found) for comment in comments for found in NAMED.findall(comment[0])]
        return [text.count("\n", 0, at) + 1 for at, (module, thing) in named if not exists(module, thing)]

    say(broken(unknown), "the class moved or was renamed: write where it is now")


def exists(module: str, thing: str) -> bool:
    """Return whether ``portal.module`` has *thing*."""
    try:
        return hasattr(import_module(f"portal.{module}"), thing)
    except ModuleNotFoundError:
        return False


# -- nothing is there that nobody uses -------------------------------------------------------------

HOOKS = {"file--now", "file-drop__news", "file__why"}  # classes that scripts look for, without a look of their own
# Blocks whose part after -- comes from a value: class="status status--{{ kind }}".
BY_VALUE = re.compile(r"([\w-]+--)(?:\"|{{)")


def everything_said() -> str:
    """Return the text of everything that may name a class, an icon, a filter or a global."""
    code = [path.read_text() for path in (*modules(), *scripts())]
    return "\n".join([*(path.read_text() for path in templates()), *code])


def classes_with_a_rule() -> set[str]:
    rules = "\n".join(re.sub(r"/\*.*?\*/|\"[^\"]*\"|@import[^;]*;", "", path.read_text()) for path in styles())
    return set(re.findall(r"\.([a-z][\w-]*)", rules))


def test_every_class_with_a_rule_is_used() -> None:
    text = everything_said()
    words, by_value = set(re.findall(r"[\w-]+", text)), set(BY_VALUE.findall(text))
    unsaid = classes_with_a_rule() - words
    dead = {unused for unused in unsaid if f"{unused.rpartition('--')[0]}--" not in by_value}

    say(sorted(dead), "nobody has this class: take its rule out of static/css")


def test_every_class_of_a_template_has_a_rule() -> None:
    ruled = classes_with_a_rule()
    places = []
    for path in templates():
        for value in re.findall(r'\sclass="([^"{]+)"', path.read_text()):
            places += [f"{name(path)}: {bare}" for bare in value.split() if bare not in ruled | HOOKS]

    say(places, "it has no rule: take the class away, or list it in HOOKS if a script looks for it")


def test_every_icon_is_drawn_somewhere() -> None:
    said = set(re.findall(r'"([\w-]+)"', everything_said()))

    say(sorted(path.stem for path in (STATIC / "icons").glob("*.svg") if path.stem not in said), "no page draws it")


def test_every_filter_and_global_is_used() -> None:
    made = environment(SOURCE)
    text = "\n".join(path.read_text() for path in templates())
    own = set(made.filters) - set(DEFAULT_FILTERS) | set(made.globals) - set(DEFAULT_NAMESPACE)
    used = set(re.findall(r"\w+", re.sub(r"{#.*?#}", "", text, flags=re.DOTALL))) | {"filled"}  # when words are settled

    # A filter and its twin for elements (day, day_element) count as one.
    dead = {word for word in own if not {word.removesuffix("_element"), f"{word}_element", word} & used}

    say(sorted(dead), "no template uses it: take it out of core/web/pages.py")


# The first argument of the macros that make a text area, and the name of one that is written out.
AREA = re.compile(
    r'\barea\(\s*"([\w-]+)"|\bdesk_field\(\s*"([\w-]+)"[^{}]*"area"|<textarea[^>]*? name="([\w-]+)', re.DOTALL
)


def test_texts_written_at_the_desk_have_names_that_are_kept() -> None:
    desk = [path for path in templates() if "staff" in path.parts]
    names = {"".join(groups) for path in desk for groups in AREA.findall(path.read_text())}

    assert len(names) > 4
    strangers = {name for name in names if name not in WRITTEN and not name.startswith(WRITTEN_OF)}
    strangers -= {"pauses"}  # an experiment with the calendar, which nobody can make impossible
    assert not strangers, "add the name to WRITTEN (core/web/forms.py), so that a refused form keeps the text"
