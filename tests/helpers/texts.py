"""Every text of ours that a person can see, and the catalogue they are translated in.

``python -m tests.helpers.texts`` lists what has no translation yet; with ``--write`` the catalogue gets an
entry for each of them, loses what nobody says any more, and is put in the order of the sources.
Each entry says where its text stands first.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
from jinja2 import Environment, nodes

from portal.core.tools.i18n import LOCALES
from portal.core.tools.places import TEMPLATES

HAN = re.compile(r"[\u3400-\u9fff]")
PATTERN = re.compile(r"\{\w+\}[\u3000-\u303f\uff00-\uffef]")  # a sentence that is only Chinese in its marks
PORTAL = LOCALES.parent
# The rooms whose Chinese literals are shown to people, wherever in the code they stand.
ROOMS = ("accounts", "cases", "citizen", "documents", "notices", "policy", "public", "questions", "regions", "staff")
# Arguments whose literals are answers of people, for tests of the questions.
SAMPLES = {"examples", "counterexamples"}
# Literals that stay Chinese: an SMS, what a voice reads, a file's name, the sex on the paper form, the words that
# make a due day 预计, the widest variables of a message.
CHINESE = {
    "{sign}验证码{code}，5分钟内有效。工作人员不会向您索要。\n@{host} #{code}",
    "{sign}您的验证码是：{spoken}。再说一遍：{spoken}。工作人员不会向您索要。",
    "照片.jpg",
    "2028年11月20日",
    "李*",
    "材料数量特别多的",
    "邮政EMS",
    "中文",
    "男",
    "女",
    "最晚{date}",
    "预计{date}",
}
# What a city declares but no page says in another language: the signature of its SMS, the address on an envelope.
UNSEEN = {"sign_zh", "post_to_zh"}


def texts() -> dict[str, str]:
    """Return ``{text: where it stands first}`` in a stable order: templates, code, data."""
    found: dict[str, str] = {}
    for place, text in (*of_templates(), *of_code(), *of_notices(), *of_letters(), *of_cities()):
        found.setdefault(text, place)
    return found


def of_templates() -> Iterator[tuple[str, str]]:
    """Yield the literals in every ``_(...)`` of the templates."""
    for path in sorted(TEMPLATES.rglob("*.html")):
        tree = Environment(autoescape=True).parse(path.read_text())
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "_":
                yield from ((f"templates/{path.relative_to(TEMPLATES)}", text) for text in _literals(call.args[0]))


def _literals(argument: nodes.Expr) -> list[str]:
    if isinstance(argument, nodes.Const):
        return [argument.value]
    found = [const.value for const in argument.find_all(nodes.Const)]
    return [text for text in found if isinstance(text, str) and HAN.search(text)]


def of_code() -> Iterator[tuple[str, str]]:
    """Yield the Chinese literals of the rooms, and the sentences that the core knows."""
    for room in ROOMS:
        for path in sorted((PORTAL / room).rglob("*.py")):
            yield from ((_place(path), text) for text in literals(path) if text not in CHINESE)
    core = PORTAL / "core" / "tools" / "i18n.py"
    yield from ((_place(core), text) for text in literals(core) if text not in CHINESE)


def literals(path: Path) -> list[str]:
    """Return the Chinese literals of a module: no docstrings, no samples, no pieces of f-strings."""
    tree = ast.parse(path.read_text())
    left_out = {id(constant) for node in ast.walk(tree) for part in _not_said(node) for constant in ast.walk(part)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left_out
        if HAN.search(node.value) or PATTERN.search(node.value)
    ]


def f_strings(path: Path) -> list[str]:
    """Return the f-strings of a module that have Chinese in them: nobody can translate those."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.JoinedStr) and HAN.search(ast.unparse(node))
    ]


def _not_said(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.JoinedStr() | ast.Expr(value=ast.Constant()):
            return [node]
        case ast.keyword(arg=name) if name in SAMPLES:
            return [node]
        case _:
            return []


def of_notices() -> Iterator[tuple[str, str]]:
    """Yield the in-app texts; those with a due day also as they are said in a year not yet published."""
    path = PORTAL / "notices" / "texts.toml"
    for message in tomllib.loads(path.read_text()).values():
        yield _place(path), message["in_app"]
        if "最晚{date}" in message["in_app"]:
            yield _place(path), message["in_app"].replace("最晚{date}", "预计{date}")


def of_letters() -> Iterator[tuple[str, str]]:
    """Yield the titles of letters; the letters themselves are Chinese for everybody."""
    path = PORTAL / "letters" / "texts.toml"
    for letter in tomllib.loads(path.read_text()).values():
        yield _place(path), letter["title"]


def of_cities() -> Iterator[tuple[str, str]]:
    """Yield what the cities declare: every text of their rules, the names in their lists, the evidence."""
    for folder in sorted(path.parent for path in (PORTAL / "regions").glob("*/region.toml")):
        rules = folder / "region.toml"
        declared = tomllib.loads(rules.read_text())
        yield from ((_place(rules), text) for text in (*_declared(declared), *declared["labels"].values()))
        reasons = folder / "reasons.toml"
        yield from ((_place(reasons), text) for text in _declared(tomllib.loads(reasons.read_text())))
        for table in (folder / "diseases.csv", folder / "hospitals.csv"):
            yield from ((_place(table), text) for text in _listed(table))


def _declared(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from _declared(inner, name)
    elif isinstance(part, list):
        for inner in part:
            yield from _declared(inner, key)
    elif key.endswith("_zh") and key not in UNSEEN and part and HAN.search(part):
        yield part


def _listed(table: Path) -> Iterator[str]:
    import csv

    for row in csv.DictReader(table.read_text().splitlines()):
        yield row["name_zh"]
        yield from (part for part in [row.get("specialty", "")] if part)
        yield from (part for part in row.get("evidence_zh", "").split("；") if part)


def _place(path: Path) -> str:
    return f"portal/{path.relative_to(PORTAL)}"


def translated(language: str = "en") -> polib.POFile:
    """Return the catalogue of *language* as it is kept."""
    return polib.pofile(str(LOCALES / f"{language}.po"), wrapwidth=0)


def renewed(language: str = "en") -> polib.POFile:
    """Return the catalogue with an entry for every text and no other, in the order of the sources."""
    kept = translated(language)
    known = {entry.msgid: entry.msgstr for entry in kept}
    fresh = polib.POFile(wrapwidth=0)
    fresh.header, fresh.metadata = kept.header, kept.metadata
    for text, place in texts().items():
        fresh.append(polib.POEntry(msgid=text, msgstr=known.get(text, ""), comment=place))
    return fresh


def main() -> None:
    """List what has no translation; with ``--write`` renew the catalogue."""
    fresh = renewed()
    if "--write" in sys.argv:
        fresh.save(str(LOCALES / "en.po"))
    left = [entry.msgid for entry in fresh if not entry.msgstr]
    print("\n".join([*left, f"{len(left)} of {len(fresh)} texts have no translation"]))  # noqa: T201


if __name__ == "__main__":
    main()
