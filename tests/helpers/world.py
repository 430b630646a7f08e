"""A small inhabited town: one citizen of Meishan with something of everything, and one clerk with every role."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from portal.cases.apply import assisted
from portal.cases.life.case import Case
from portal.cases.life.moves import Role
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store import storage
from portal.core.store.database import execute, fetch_all, fetch_value
from portal.documents import keep
from portal.piccolo_app import TABLES
from portal.policy import versions
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from portal.routes import Route
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import acting, add_document, citizen, make_draft, make_person, make_staff, send_in

MOBILE = "13800000101"
POLICY = {"file": "region.toml", "part": "service", "row": "M01600", "what": "guide"}
PIXEL = bytes.fromhex("ffd8ffd9")


class World(NamedTuple):
    """What is there, and what to fill into addresses."""

    draft: Case
    waiting: Case
    decided: Case
    notice: Correction
    defect: str
    document: str
    slot: str
    version: int

    def address(self, route: Route) -> str:
        """Return an address of *route* at which there is something."""
        number = self.waiting.number if "/corrections/" in route.path else self.decided.number
        if route.path.startswith("/staff/policy/"):
            return re.sub(r"{(\w+)}", lambda found: POLICY.get(found[1], f"{self.version}"), route.path)
        names = {
            "r": "meishan",
            "key": self.draft.id,
            "slug": "person",
            "slot": self.slot,
            "doc": self.document,
            "no": number,
            "n": "1",
            "d": self.defect,
            "number": "1",
            "leaf": "1",
        }
        return re.sub(r"{(\w+)}", lambda found: names.get(found[1], "x"), route.path)


class Key(NamedTuple):
    """A draft and whose it is."""

    id: str
    person: str


async def make_world() -> World:
    """Make it: a draft with a file, a case that waits for an answer, a case that was decided."""
    who = citizen(await make_person())
    reviewer, approver = await make_staff(login="first"), await make_staff("approver", login="second")
    decided = await submitted("M01600")
    (disease,) = await decision.diseases(decided)
    proposal = [Proposal(disease.id, True, 24, Reasons())]
    decided = await decision.draft(decided, acting(reviewer, Role.REVIEWER), proposal)
    decided = await decision.decide(decided, acting(approver, Role.APPROVER))
    waiting = await submitted("M03900")
    slot = slots(waiting.city, ANSWERS)[0].id
    defects = [NewDefect(slot, "unreadable", "请重拍")]
    waiting = await corrections.ask(waiting, acting(reviewer, Role.REVIEWER), defects)
    notice = await corrections.correction(waiting, 1)
    assert notice
    (defect,) = await corrections.defects(notice, ())
    open_draft = await make_draft()
    await add_document(open_draft, slot)
    (document,) = await keep.documents(open_draft.id)
    await storage.put(**{f"{document.id}/clean": PIXEL, f"{document.id}/small": PIXEL})
    assert who.id == open_draft.person
    version = await versions.begin("meishan", "region.toml", REGIONS["meishan"].texts["region.toml"], "an admin")
    return World(open_draft, waiting, decided, notice, defect.id, document.id, slot, version.id)


async def submitted(disease: str) -> Case:
    """Return a case for *disease* that has just been submitted."""
    who = citizen(await make_person())
    case = await make_draft(answers={**ANSWERS, "disease": disease})
    return await send_in(case, who)


async def sign_in_citizen(client: Client) -> None:
    """Sign the citizen in."""
    await client.sign_in(MOBILE)
    assert client.path == "/meishan/me", client.text


async def sign_in_clerk(client: Client) -> None:
    """Sign in a clerk who may do everything at the desk of Meishan."""
    login = "everything"
    if not await fetch_value("SELECT 1 FROM staff WHERE login = $1", login):
        clerk = await make_staff("reviewer approver supervisor expert mail_clerk admin auditor", login=login)
        for key in await fetch_all(Key, "SELECT id, person FROM cases WHERE state = 'draft'"):
            await assisted.begin(clerk.id, key.person, REGIONS["meishan"], "counter", "")
    await client.staff_sign_in(login)
    assert client.path == "/staff/", client.text


# That somebody was there, what was read, and what the register of the insured said when a page needed it.
UNCOUNTED = {"session": {"seen_at"}, "letter": {"opened_at"}, "notice": {"read_at"}, "cases": {"insured"}}


async def everything() -> dict[str, list[str]]:
    """Return every row of every table; when a session was last seen does not count."""
    found: dict[str, list[str]] = {}
    for table in TABLES:
        name = table._meta.tablename
        rows: list[dict[str, Any]] = await table.select()
        hidden = UNCOUNTED.get(name, set())
        found[name] = sorted(repr({key: row[key] for key in row if key not in hidden}) for row in rows)
    return found


def changed(before: Mapping[str, list[str]], after: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the rows that are not the same *after* as *before*, by table."""
    rows = {name: sorted(set(before[name]) ^ set(after[name])) for name in before}
    return {name: differing for name, differing in rows.items() if differing}


async def forget_limits() -> None:
    """Let nobody have tried anything yet."""
    await execute("DELETE FROM rate_limit")
