"""The auditor searches the log and checks it; nobody else does; a changed row is named."""

import ast
import subprocess
import sys

import pytest

from portal.cases.desk import access
from portal.cases.life.moves import MOVES
from portal.cases.mail import acts as mail_acts
from portal.cases.mail import originals
from portal.core.store import audit
from portal.core.store.database import ON_SQLITE, execute, fetch_value
from portal.core.tools.i18n import catalogue
from portal.core.tools.places import TEMPLATES
from portal.staff.records.acts import ACTS
from tests.helpers.client import Client
from tests.helpers.factories import make_case, make_staff

pytestmark = pytest.mark.usefixtures("database")


async def some_rows() -> str:
    """Let two clerks look at a case; return its number."""
    case = await make_case()
    for login in ("first", "second"):
        await access.note(await make_staff(login=login), "read_case", case)
    return case.number


async def test_the_auditor_finds_rows_by_case_by_member_and_by_act(client: Client) -> None:
    number = await some_rows()
    await make_staff("auditor", login="auditor")
    await client.staff_sign_in("auditor")

    await client.get(f"/staff/audit?number={number}&act=read_case")
    assert client.text.count('data-label="做了什么">看了办件<') == 2
    await client.get("/staff/audit?login=first")
    assert client.text.count('data-label="做了什么">看了办件<') == 1
    for nothing in ("number=482109375564", "login=nobody", "act=nothing"):
        await client.get(f"/staff/audit?{nothing}")
        assert "没有找到" in client.text


async def test_the_log_is_turned_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "PAGE", 2)
    await some_rows()
    await make_staff("auditor", login="auditor")
    await client.staff_sign_in("auditor")

    await client.get("/staff/audit?act=read_case")
    assert "下一页" not in client.text
    await client.get("/staff/audit")

    assert "下一页" in client.text
    assert client.text.count('<th scope="row">') == 2


@pytest.mark.parametrize("role", ["reviewer", "approver", "supervisor", "admin", "expert", "mail_clerk"])
async def test_nobody_but_the_auditor_sees_the_log(client: Client, role: str) -> None:
    await make_staff(role, login="somebody")
    await client.staff_sign_in("somebody")

    await client.get("/staff/audit")

    assert client.status == 403


async def test_the_auditor_is_told_at_which_row_the_log_was_changed(client: Client) -> None:
    await some_rows()
    await make_staff("auditor", login="auditor")
    await client.staff_sign_in("auditor")
    await client.get("/staff/audit")
    await client.post("/staff/audit")
    assert "都对得上" in client.text

    bad = await fetch_value("SELECT max(id) FROM audit WHERE act = 'read_case'")
    await execute("UPDATE audit SET why = '有事' WHERE id = $1", bad)
    await client.post("/staff/audit")

    assert f"日志在第 {bad} 行对不上" in client.text


async def test_a_cut_off_end_is_found_by_what_was_noted_down_outside() -> None:
    await some_rows()
    id, hash = await audit.head()
    assert await audit.holds(id, hash)

    await execute("DELETE FROM audit WHERE id = $1", id)

    assert await audit.broken() is None
    assert not await audit.holds(id, hash)


async def test_the_command_ends_with_an_error_when_the_log_was_changed() -> None:
    if not ON_SQLITE:
        return  # another process would need the server's address; the check itself is the same
    await some_rows()
    command = [sys.executable, "-m", "portal", "audit", "verify"]
    whole = subprocess.run(command, capture_output=True, text=True, check=False)
    first = await fetch_value("SELECT min(id) FROM audit")
    await execute("UPDATE audit SET actor = 'x' WHERE id = $1", first)

    changed = subprocess.run(command, capture_output=True, text=True, check=False)

    assert whole.returncode == 0, whole.stderr
    assert whole.stdout.startswith("whole, up to ")
    assert changed.returncode == 1
    assert f"broken at row {first}" in changed.stderr


def written_acts() -> set[str]:
    """Return the acts that code writes into the log: each ``act="..."``, the moves, the acts of the post."""
    code = [ast.parse(path.read_text()) for path in (TEMPLATES.parent / "portal").rglob("*.py")]
    calls = [node for module in code for node in ast.walk(module) if isinstance(node, ast.Call)]
    given = [word.value for call in calls for word in call.keywords if word.arg == "act"]
    return {
        *(str(node.value) for value in given if not isinstance(value, ast.JoinedStr) for node in constants(value)),
        *(move.action for move in MOVES),
        *(f"mail_{act.action}" for act in mail_acts.ACTS),
        *(f"original_{act.action}" for act in originals.ACTS),
    }


def constants(value: ast.expr) -> list[ast.Constant]:
    """Return the texts an expression may come to: one, or either side of an ``if``."""
    return [part for part in (value, *ast.iter_child_nodes(value)) if isinstance(part, ast.Constant)]


def test_every_act_in_the_log_has_words_in_both_languages() -> None:
    acts = written_acts()

    assert len(acts) > 60
    assert not acts - ACTS.keys()
    assert not set(ACTS.values()) - catalogue("en").keys()
