"""What the rules of the house look at: modules, templates, styles and scripts, and the places in them."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from portal.core.tools.places import STATIC, TEMPLATES

ROOT = Path(__file__).parents[2]
PORTAL, TESTS = ROOT / "portal", ROOT / "tests"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules(*rooms: str) -> list[Path]:
    """Return the modules of *rooms*, or all."""
    return sorted(path for room in rooms or ("",) for path in (PORTAL / room).rglob("*.py"))


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def styles() -> list[Path]:
    return sorted((STATIC / "css").rglob("*.css"))


def scripts() -> list[Path]:
    return sorted((STATIC / "js").glob("*.js"))


def name(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def places_with(paths: list[Path], pattern: str) -> list[str]:
    """Return the places in *paths* where *pattern* stands."""
    wanted = re.compile(pattern)
    return [
        f"{name(path, number)}: {line.strip()[:80]}"
        for path in paths
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if wanted.search(line)
    ]


def in_code(paths: list[Path], wanted: Callable[[ast.AST], object]) -> list[str]:
    """Return the places of the nodes in *paths* for which *wanted* holds."""
    return [name(path, getattr(node, "lineno", 0)) for path in paths for node in ast.walk(tree(path)) if wanted(node)]


def say(places: list[str], advice: str) -> None:
    """Fail with *places* and *advice* when there are any."""
    assert not places, "\n".join([advice, *places])


def imported(node: ast.AST) -> set[str]:
    """Return the modules an import statement names."""
    if isinstance(node, ast.ImportFrom):
        return {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()


def dotted(path: Path) -> str:
    """Return the name of a module; a package is called like its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
