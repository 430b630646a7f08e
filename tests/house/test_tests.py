"""The tests keep to their house, too: nothing left out, nothing borrowed from a test, each on its side."""

import ast
from pathlib import Path

from tests.house.source import PORTAL, ROOT, TESTS, imported, in_code, name, say, tree

AUDIENCES = {"citizen", "staff", "public"}
INSIDE, CONTRACT = TESTS / "inside", TESTS / "contract"
PYTHON = [path for folder in (TESTS, ROOT / "e2e") for path in sorted(folder.rglob("*.py"))]


def test_no_test_is_left_out() -> None:
    def left_out(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in ("skip", "skipif", "xfail", "importorskip")

    say(in_code(PYTHON, left_out), "a test that does not run proves nothing: mend it, or delete it")


def test_no_test_is_a_helper_of_another() -> None:
    def borrows(node: ast.AST) -> bool:
        return any(part.startswith("test_") for module in imported(node) for part in module.split("."))

    say(in_code(PYTHON, borrows), "move what both need into tests/helpers, or beside e2e/people.py")


# Names that begin with an underscore but are public: there is no other way to ask.
PUBLIC = {
    "_meta",  # Piccolo: the name and the columns of a table
    "_replace",  # a named tuple with other values
    "_exit",  # os: end a forked child without cleaning up after its parent
}


def test_tests_use_public_names_only() -> None:
    def is_private(text: object) -> bool:
        return isinstance(text, str) and text.startswith("_") and not text.startswith("__") and text not in PUBLIC

    def borrows(node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute):
            return is_private(node.attr) and ast.unparse(node.value) not in ("self", "cls", "super()")
        if isinstance(node, ast.ImportFrom):
            return any(is_private(alias.name) for alias in node.names)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("setattr", "getattr", "delattr")):
            texts = [part.value for part in node.args if isinstance(part, ast.Constant)]
            return any(is_private(str(text).rpartition(".")[2]) for text in texts[:1])
        return False

    say(in_code(PYTHON, borrows), "test what can be seen from outside, or give the thing a public name and a docstring")


# -- the two sides -------------------------------------------------------------------------------


def modules_in(side: Path) -> list[Path]:
    """Return the test modules of a side."""
    return sorted(side.rglob("test_*.py"))


def test_each_folder_of_tests_is_called_like_its_room() -> None:
    folders = [path.parent.relative_to(side) for side in (INSIDE, CONTRACT) for path in side.rglob("__init__.py")]
    strange = [str(folder) for folder in folders if not (PORTAL / folder).is_dir()]
    audiences = {path.parent.name for path in CONTRACT.glob("*/__init__.py")}

    say(
        [*strange, *sorted(audiences - AUDIENCES)],
        "tests/inside/<room> mirrors portal/<room>, and tests/contract/<audience> portal/<audience>",
    )


def test_a_test_of_insides_calls_the_room_that_it_is_named_after() -> None:
    places = []
    for path in modules_in(INSIDE):
        room = ".".join(("portal", *path.parent.relative_to(INSIDE).parts))
        names = {module for node in ast.walk(tree(path)) for module in imported(node)}
        if not any(f"{module}.".startswith(f"{room}.") for module in names):
            places.append(f"{name(path)} imports nothing of {room}")

    say(places, "move it to the room that it tests, or to tests/contract if it goes by pages")


# Whoever uses one of these sees what a person or an operator sees: pages, commands, a server.
FROM_OUTSIDE = {"client", "Client", "Server", "Forked", "main"}


def goes_by_pages(path: Path) -> bool:
    """Return whether most tests of a module see the portal from outside, themselves or through its helpers."""
    definitions = {node.name: node for node in tree(path).body if isinstance(node, DEFINITIONS)}

    def is_outside(definition: str, through: frozenset[str] = frozenset()) -> bool:
        nodes = list(ast.walk(definitions[definition]))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        called = names & definitions.keys() - through - {definition}
        return bool(names & FROM_OUTSIDE) or any(is_outside(one, through | {definition}) for one in called)

    tests = [definition for definition in definitions if definition.startswith("test_")]
    return 2 * sum(map(is_outside, tests)) > len(tests)


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def test_most_tests_of_a_contract_go_by_pages_commands_or_servers() -> None:
    say(
        [name(path) for path in modules_in(CONTRACT) if not goes_by_pages(path)],
        "it calls functions: move it to tests/inside/<room>, or its rules about the code to tests/house",
    )


def test_tests_of_insides_do_not_go_by_pages() -> None:
    say(
        [name(path) for path in modules_in(INSIDE) if goes_by_pages(path)],
        "most of its tests go by pages: move those to tests/contract/<audience>",
    )
