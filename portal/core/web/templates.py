"""How templates are compiled: what Jinja does, and less of it at each page.

Every literal ``_("...")``, ``icon("...")`` and ``asset("...")`` is settled while the template is
compiled, so that a page in any language renders the same constants.
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

from portal.core.tools.i18n import SOURCE, catalogue, translate
from portal.core.tools.places import STATIC
from portal.core.tools.settings import SETTINGS
from portal.core.web.assets import assets


def _symbols() -> dict[str, str]:
    folder = STATIC / "icons"
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.svg"))}


# D16: inline, so no request is needed and the colour follows the text.
@cache
def icon(name: str, kind: str = "icon") -> Markup:
    """Return the drawing *name* of ``static/icons`` inline, hidden from screen readers.

    *kind* is the class: icon, mark (beside a word), timeline__mark.
    """
    drawing = _symbols()[name]
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    return Markup(f'<svg class="{kind}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>')  # noqa: S704


# D80: indentation is for people; a line break stays, and between Chinese words it would be seen.
INDENTED = re.compile(r"^[ \t]+", re.MULTILINE)
UNUSED_DAYS = 14  # so long after the last start with it, a folder of compiled templates is still there to go back to
SETTLED: dict[str, Callable[..., str]] = {"icon": icon, "asset": lambda name: assets().url(name)}


def filled(text: str, /, **values: Any) -> str:
    """Return the sentence *text* of ours with *values* in its places, each escaped unless it is markup already."""
    if any(hasattr(value, "__html__") for value in values.values()):
        return escape(text).format(**values)
    return text.format(**values)


# D64: settled once here, or every page would ask again for words that never change.
class _Settled(NodeTransformer):
    """Puts translations, drawings and addresses in place of the literal calls that ask for them."""

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
    """Jinja's context, without the questions before each call: none of our functions wants the context itself."""

    def call(self, thing: Any, /, *args: Any, _block_vars: Any = None, _loop_vars: Any = None, **values: Any) -> Any:
        """Return ``thing(*args, **values)``."""
        return thing(*args, **values)


class _Store(FileSystemBytecodeCache):
    """Jinja's store of compiled templates, in a folder that another process may remove."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template; without folder or room the next start compiles it again."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


# D67: whatever is settled in a template names the folder; anything left out would serve stale words.
def compiled_before(language: str) -> FileSystemBytecodeCache:
    """Return the store of templates compiled by an earlier start, which took six seconds of it.

    What is settled in them besides their source (words, drawings, addresses, this module) names the folder. Jinja
    itself looks at the source, its own version and Python's. Folders that other versions left are swept.
    """
    settled = sha256(f"{assets().digest} {sorted(catalogue(language).items())}".encode())
    settled.update(Path(__file__).read_bytes())
    home = Path(SETTINGS.cache) if SETTINGS.cache else SETTINGS.data / "cache"
    folder = home / f"templates-{language}-{settled.hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # somebody else's folder: then it looks older than it is
        os.utime(folder)
    _sweep(home, language, folder)
    return _Store(str(folder))


def _sweep(home: Path, language: str, mine: Path) -> None:
    """Remove the folders in *home* of other words or drawings with which no process started for `UNUSED_DAYS`.

    Whoever still runs has read all templates at its start; one that starts just now compiles them again. So it does
    no harm that several processes sweep at once, and what cannot be removed stays.
    """
    oldest = time.time() - UNUSED_DAYS * 86_400
    with suppress(OSError):
        for folder in home.glob(f"templates-{language}-{'[0-9a-f]' * 16}"):
            with suppress(OSError):  # another process was faster
                if folder != mine and folder.stat().st_mtime < oldest:
                    shutil.rmtree(folder, ignore_errors=True)


class Compiled(Environment):
    """Jinja's environment, with the classes above at work."""

    language = SOURCE
    context_class = _Context

    def __init__(self, **options: Any) -> None:
        """Begin with no template loaded."""
        super().__init__(**options)
        self.loaded: dict[str, Template] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:
        """Return a template by its full name: they never change while we run, so nothing else needs to be asked."""
        try:
            return self.loaded[name]
        except KeyError:
            self.loaded[name] = made = super().get_template(name, parent, globals)
            return made

    def make_globals(self, d: Any) -> Any:
        """Return what every template knows; none has globals of its own, so no map needs to look in two places."""
        return self.globals

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Return *source* without indentation: it is there for whoever reads the template and is not sent."""
        return INDENTED.sub("", super().preprocess(source, name, filename))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return _Settled(self.language).visit(tree)  # type: ignore[no-any-return]
