"""How templates are compiled: work that Jinja would repeat for each page is done once.

Every literal ``_("...")``, ``icon("...")`` and ``asset("...")`` is evaluated while the template is
compiled, once for each language, so that rendering a page only joins constants.
"""

import os
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, Template, nodes
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from portal.core.tools.i18n import SOURCE, catalogue, formatted, translate
from portal.core.tools.places import STATIC
from portal.core.tools.settings import SETTINGS
from portal.core.web.assets import assets


def _symbols() -> dict[str, str]:
    folder = STATIC / "icons"
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.svg"))}


# D16: inline, so no request is needed and the colour follows the text.
@cache
def icon(name: str, kind: str = "icon") -> Markup:
    """Return the icon *name* of ``static/icons`` as inline SVG, hidden from screen readers.

    *kind* is the class: icon, mark (beside a word), timeline__mark.
    """
    drawing = _symbols()[name]
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    return Markup(f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>')  # noqa: S704


# D80: indentation is not sent; a line break stays, and between Chinese words it would show as a space.
INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)
UNUSED_DAYS = 14  # a folder of compiled templates is kept this long after its last use, to go back to that version
SETTLED: dict[str, Callable[..., str]] = {"icon": icon, "asset": lambda name: assets().url(name)}


def filled(text: str, /, **values: Any) -> str:
    """Return our sentence *text* with *values* in its places, each escaped unless it is Markup."""
    if any(hasattr(value, "__html__") for value in values.values()):
        safe = {name: escape(value) for name, value in values.items()}
        return Markup(formatted(str(escape(text)), safe))  # noqa: S704  every part of it is escaped
    return formatted(text, values)


# D64: evaluated once here, or every page would look up words that never change.
class _Settled(NodeTransformer):
    """Replaces calls with literal arguments by their result: translations, icons, addresses of assets."""

    def __init__(self, language: str) -> None:
        self._language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  Jinja's own naming
        node = self.generic_visit(node)  # type: ignore[assignment]
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if not (node.args and all(isinstance(arg, nodes.Const) for arg in node.args)):
            return node
        if name in SETTLED:
            return nodes.Const(SETTLED[name](*(arg.as_const() for arg in node.args)), lineno=node.lineno)
        if name != "_":
            return node
        text = nodes.Const(translate(node.args[0].as_const(), self._language), lineno=node.lineno)
        if not node.kwargs:
            return text
        node.args[0] = text
        node.node = nodes.Name("filled", "load", lineno=node.lineno)
        return node


class _Context(Context):
    """Jinja's context with faster calls: no check for functions that want the context, as none of ours does."""

    def call(self, thing: Any, /, *args: Any, _block_vars: Any = None, _loop_vars: Any = None, **values: Any) -> Any:
        """Return ``thing(*args, **values)``."""
        return thing(*args, **values)


class _Store(FileSystemBytecodeCache):
    """Jinja's cache of compiled templates, in a folder that another process may remove."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a compiled template; if the folder is gone or the disk full, the next start compiles it again."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


# D67: the folder's name covers all that is evaluated at compile time; what is left out would become stale.
def compiled_before(language: str) -> FileSystemBytecodeCache:
    """Return the cache of templates compiled at an earlier start; compiling them all takes six seconds.

    The folder's name is a digest of all that is compiled into templates besides their source (words, icons, addresses,
    this module). Jinja itself checks the source, its own version and Python's. Folders of other versions are removed.
    """
    settled = sha256(f"{assets().digest} {sorted(catalogue(language).items())}".encode())
    settled.update(Path(__file__).read_bytes())
    home = Path(SETTINGS.cache) if SETTINGS.cache else SETTINGS.data / "cache"
    folder = home / f"templates-{language}-{settled.hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # a folder of another user: it only looks older than it is
        os.utime(folder)
    _sweep(home, language, folder)
    return _Store(str(folder))


def _sweep(home: Path, language: str, mine: Path) -> None:
    """Remove the folders in *home*, except *mine*, that no process has used at its start for `UNUSED_DAYS` days.

    A running process has read all templates at its start, and a starting one compiles them again, so several
    processes may sweep at once. A folder that cannot be removed stays.
    """
    oldest = time.time() - UNUSED_DAYS * 86_400
    with suppress(OSError):
        for folder in home.glob(f"templates-{language}-{'[0-9a-f]' * 16}"):
            with suppress(OSError):  # another process was faster
                if folder != mine and folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)


class Compiled(Environment):
    """Jinja's environment, with the classes above."""

    language = SOURCE
    context_class = _Context

    def __init__(self, **options: Any) -> None:
        """Begin with no template loaded."""
        super().__init__(**options)
        self.loaded: dict[str, Template] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """Return a template by its full name; loaded once, because templates never change while the portal runs."""
        try:
            return self.loaded[name]
        except KeyError:
            self.loaded[name] = made = super().get_template(name, parent, globals)
            return made

    def make_globals(self, d: Any) -> Any:
        """Return the globals of every template; one plain dict, because no template has globals of its own."""
        return self.globals

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Return *source* without indentation, which serves only the readers of the template."""
        return INDENTED.sub("", super().preprocess(source, name, filename))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return _Settled(self.language).visit(tree)  # type: ignore[no-any-return]
