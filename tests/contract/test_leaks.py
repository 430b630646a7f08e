"""Every route the portal declares, driven as everybody: only those it is meant for see or change anything.

The routes are read from what ``portal routes --json`` prints, so a new one is driven from its first
day. 徐文 has a draft, a case with an open notice, one that was decided, and one that waits for her
word; 黄小燕 acts for her. What is hers carries marks that are looked for in every answer.
"""

import json
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from portal.accounts.delegation import Delegation
from portal.cases.apply import acting
from portal.cases.benefits import benefit
from portal.cases.life.case import Case, case_by_id
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.core.store.database import execute, fetch_all, fetch_value
from portal.core.tools import clock
from portal.documents import keep
from portal.letters.letter import letters
from tests.conftest import empty
from tests.helpers import care
from tests.helpers.client import Client
from tests.helpers.factories import APPROVER, REVIEWER, make_person, make_staff, send_in

pytestmark = pytest.mark.usefixtures("database")
HE, SHE, STRANGER = "13800000103", "13800000114", "13800000101"
MARKS = ("511400198405050102", SHE, "标记医院", "标记住址", "标记治疗", "照片.jpg")
NAME = "徐文"


class Route(NamedTuple):
    """A route as ``portal routes --json`` tells it."""

    method: str
    path: str
    who: tuple[str, ...]
    writes: bool
    scope: str


class Scene(NamedTuple):
    """What stands in the database, and where it is."""

    principal: str
    delegation: Delegation
    asked: Delegation
    open: Case
    decided: Case
    draft: Case
    values: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def routes() -> list[Route]:
    """Every route, as an operator sees them."""
    printed = subprocess.run([sys.executable, "-m", "portal", "routes", "--json"], capture_output=True, check=True)
    found = [Route(**{**one, "who": tuple(one["who"])}) for one in json.loads(printed.stdout)]
    return [
        one for one in found if one.who != ("machine",)
    ]  # asked for a secret instead: tests/inside/core/outside/test_gateways.py


async def scene() -> Scene:
    """Set the scene anew."""
    await empty()
    principal, proxy = await make_person("ms-14"), await make_person("ms-03")
    await make_person("ms-01")
    known = await care.become(await care.propose(proxy, "ms-14"), "active")
    decided = await _decided(await _submitted(known, "M03900"))
    opened = await corrections.ask(await _submitted(known, "M01600"), REVIEWER, [NewDefect("identity", "one_side", "")])
    asked = await care.propose(proxy, "ms-14", "online")
    waits = await care.ready(asked, MARKED | {"disease": "M00500"})
    await acting.send_for_consent(waits, asked, waits.submit_token)
    kept = await care.ready(known, MARKED | {"disease": "M07801"})
    asked = await care.again(asked)
    return Scene(principal.id, known, asked, opened, decided, kept, await _values(known, asked, opened, decided, kept))


MARKED = {"hospital": "标记医院", "address": "标记住址", "treatment": "标记治疗"}


async def _submitted(known: Delegation, disease: str) -> Case:
    case = await care.ready(known, MARKED | {"disease": disease})
    return await send_in(case, acting.acting(known))


async def _decided(case: Case) -> Case:
    (disease,) = await decision.diseases(case)
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, True, 24, Reasons())])
    return await decision.decide(case, APPROVER)


async def _values(
    known: Delegation, asked: Delegation, opened: Case, decided: Case, kept: Case
) -> dict[str, dict[str, str]]:
    """Return what stands for the names in a path, by what the path begins with."""
    notice = await corrections.correction(opened, 1)
    assert notice
    (defect,) = await corrections.defects(notice, ())
    letter = next(one for one in await letters(decided.id) if one.kind == "L10")
    link = await fetch_value("SELECT link FROM notice WHERE case_id = $1 AND link <> ''", decided.id)
    return {
        "/d/": {"link": asked.link},
        "/s/": {"link": str(link)},
        "/v/": {"code": letter.opened().code},
        "/{r}/delegations/": {"id": known.id},
        "/staff/delegations/": {"id": known.id},
        "/{r}/apply/": {"key": kept.id, "slug": "person", "slot": "identity", "doc": (await _file(kept)).id},
        "/{r}/cases/{no}/corrections/": {
            "no": opened.number, "n": "1", "d": defect.id, "doc": (await _file(opened)).id,
        },
        "/{r}/cases/{no}/supplements/": {"no": opened.number, "slot": "identity"},
        "/{r}/benefits/": {"id": (await benefit.of_case(decided))[0].id},
        "/{r}/files/": {"doc": (await _file(opened)).id},
        "/{r}/cases/": {"no": decided.number, "id": letter.id, "doc": (await _file(decided)).id},
        "/staff/cases/": {"no": opened.number, "id": (await letters(opened.id))[0].id, "doc": (await _file(opened)).id},
    }  # fmt: skip


async def _file(case: Case) -> keep.Document:
    return (await keep.documents(case.id))[0]


def address(route: Route, here: Scene) -> str:
    """Return the address of *route* in the scene."""
    given = next((values for start, values in here.values.items() if route.path.startswith(start)), {})
    given = {"r": "meishan", "number": "1", "leaf": "1", **given}
    return re.sub(r"\{(\w+)\}", lambda name: given.get(name[1], "x"), route.path)


TABLES = {
    "cases": "person = $1",
    "delegation": "principal = $1",
    "letter": "person = $1",
    "notice": "person = $1 AND channel <> 'none'",
    "benefit": "person = $1",
    "document": "case_id IN (SELECT id FROM cases WHERE person = $1)",
    "case_event": "case_id IN (SELECT id FROM cases WHERE person = $1)",
    "correction": "case_id IN (SELECT id FROM cases WHERE person = $1)",
    "defect": "correction IN (SELECT c.id FROM correction c JOIN cases s ON s.id = c.case_id WHERE s.person = $1)",
    "person": "id = $1",
}
COLUMNS = {
    "cases": "id || state || row_version || assigned_to || delegation || answers",
    "delegation": "id || state || scope || ends_on || reported",
    "letter": "id || coalesce(CAST(void_at AS TEXT), '') || coalesce(CAST(opened_at AS TEXT), '')",
    "notice": "id || coalesce(CAST(read_at AS TEXT), '')",
    "benefit": "id || state",
    "document": "id || warnings || coalesce(CAST(removed_at AS TEXT), '')",
    "case_event": "CAST(id AS TEXT)",
    "correction": "id || coalesce(CAST(answered_at AS TEXT), '')",
    "defect": "id || CASE WHEN explanation IS NULL THEN '' ELSE 'said' END",
    "person": "id || level",
}


class Line(NamedTuple):
    said: str


async def state_of(principal: str) -> list[tuple[str, str]]:
    """Return everything that is the principal's, as far as anybody may change it."""
    found = []
    for table, where in TABLES.items():
        columns = COLUMNS[table].replace(" || answers", "")
        rows = await fetch_all(Line, f"SELECT {columns} AS said FROM {table} WHERE {where} ORDER BY 1", principal)
        found += [(table, row.said) for row in rows]
    return found


class Answer(NamedTuple):
    """What came back: everything in it that a person could read."""

    status: int
    text: str


async def drive(client: Client, route: Route, here: Scene, **headers: str) -> Answer:
    """Ask for a route as whoever sits at *client*, with a good token and fields that a thief would try."""
    where = address(route, here)
    if route.method == "GET":
        answer = await client.http.get(where, headers=headers)
    else:
        fields = {**client.hidden, **THIEF, "person": here.principal, "row_version": str(here.draft.row_version)}
        headers = {**headers, "x-csrf-token": client.hidden.get("csrf", "")}
        answer = await client.http.request(route.method, where, data=fields, headers=headers)
    return Answer(answer.status_code, shown(answer).replace(where, "").replace(quote(where, safe="/"), ""))


THIEF: dict[str, Any] = {
    "action": "agree",
    "state": "uploaded",
    "reason": "fraud",
    "submit_token": "x",
    "declared": "yes",
    "signature": NAME,
    "mobile": "13700000000",
    "address": "另一个住址",
    "q": "徐",
}


def shown(answer: httpx.Response) -> str:
    """Return body and address of an answer as text."""
    return answer.content.decode("utf-8", "replace") + str(answer.headers.get("location", ""))


def leaked(text: str, here: Scene, *, besides: tuple[str, ...] = ()) -> list[str]:
    """Return the marks in *text*, and the numbers of her cases."""
    numbers = (here.open.number, here.decided.number, here.draft.id)
    grouped = tuple(f"{one[:4]} {one[4:8]} {one[8:]}" for one in numbers[:2])
    return [mark for mark in (*MARKS, NAME, *numbers, *grouped) if mark in text and mark not in besides]


def own_of_somebody(route: Route) -> bool:
    """Return whether the address names a thing of one person."""
    return any(start in route.path for start in ("{key}", "{no}", "/delegations/{id}"))


async def at_a_page(client: Client) -> Client:
    """Have the client on a page with a token of its own session."""
    await client.get("/meishan/logout")
    return client


async def citizen(phone: str) -> Client:
    """Return somebody signed in."""
    client = Client()
    await client.sign_in(phone)
    return await at_a_page(client)


def test_every_address_of_one_persons_thing_says_what_a_proxy_must_be_allowed(routes: list[Route]) -> None:
    without = [one.path for one in routes if one.who == ("citizen",) and re.search(r"\{(key|no)\}", one.path)
               and not one.scope]  # fmt: skip

    assert without == []


NOBODYS: dict[str, str] = {"stranger": STRANGER, "expired": HE, "revoked": HE, "refused": HE, "not yet": HE}


@pytest.mark.parametrize("kind", [*NOBODYS, "anonymous"])
async def test_nobody_else_sees_or_changes_anything(routes: list[Route], kind: str) -> None:
    here = await scene()
    day = clock.today()
    changes = {
        "expired": ("ends_on = $2", day - timedelta(days=1)),
        "not yet": ("starts_on = $2", day + timedelta(days=1)),
        "revoked": ("state = $2", "revoked"),
        "refused": ("state = $2", "refused"),
    }
    if kind in changes:
        setting, to = changes[kind]
        await execute(f"UPDATE delegation SET {setting} WHERE proxy = (SELECT proxy FROM delegation WHERE id = $1)",
                  here.delegation.id, to)  # fmt: skip
    client = await citizen(NOBODYS[kind]) if kind in NOBODYS else await at_a_page(Client())
    before = await state_of(here.principal)

    found = {}
    for route in routes:
        if "logout" in route.path or (kind == "not yet" and route.path.endswith("/revocation")):
            continue  # a proxy may always give up what has not begun
        ways = ({}, {"HX-Request": "true"}, {"Range": "bytes=0-9999"}) if route.scope and not route.writes else ({},)
        for headers in ways:
            answer = await drive(client, route, here, **headers)
            marks = leaked(answer.text, here, besides=known_anyway(route, kind, here))
            if marks or answer.status >= 500 or (own_of_somebody(route) and not closed(answer, route, kind)):
                found[f"{route.method} {route.path}"] = (answer.status, marks)

    assert found == {}
    assert await state_of(here.principal) == before


def known_anyway(route: Route, kind: str, here: Scene) -> tuple[str, ...]:
    """Return what may stand there: the number for who holds an SMS or a letter, the name a proxy has typed."""
    if route.path in ("/s/{link}", "/v/{code}"):
        return (here.decided.number,)
    by_proxy = NOBODYS.get(kind) == HE
    typed = by_proxy and ("/delegations" in route.path or route.path == "/{r}/me")  # whom they act for
    return (NAME,) if typed or (kind == "stranger" and "q" in route.path) else ()


def closed(answer: Answer, route: Route, kind: str) -> bool:
    """Return whether the door was shut; a former proxy still sees that the delegation has ended, and cannot end it."""
    former = NOBODYS.get(kind) == HE and route.path == "/{r}/delegations/{id}" and route.method == "GET"
    over = route.path.endswith("/revocation") and answer.status == 409
    return former or over or answer.status in (204, 303, 403, 404)


@pytest.mark.parametrize("left_out", ["apply", "correct", "view", "receive", "withdraw"])
async def test_a_proxy_sees_and_does_nothing_beyond_the_scope(routes: list[Route], left_out: str) -> None:
    here = await scene()
    scopes = " ".join(one for one in care.SCOPES if one != left_out)
    await execute("UPDATE delegation SET scope = $2 WHERE id = $1", here.delegation.id, scopes)
    client = await citizen(HE)
    before = await state_of(here.principal)

    found = {}
    for route in routes:
        if route.scope == left_out:
            answer = await drive(client, route, here)
            if answer.status != 404 or leaked(answer.text, here):
                found[f"{route.method} {route.path}"] = answer.status

    assert found == {}
    assert await state_of(here.principal) == before


@pytest.mark.parametrize("phone", [SHE, HE], ids=["the principal", "the proxy in scope"])
async def test_those_it_is_meant_for_get_in_everywhere(routes: list[Route], phone: str) -> None:
    here = await scene()
    client = await citizen(phone)

    found = {}
    for route in routes:
        each_has_their_own = route.path == "/{r}/notices/{id}"
        if route.method == "GET" and route.who == ("citizen",) and not no_content(route) and not each_has_their_own:
            answer = await drive(client, route, here)
            if answer.status not in (200, 303, 409):  # 409: what has been decided is not withdrawn any more
                found[route.path] = answer.status

    assert found == {}


def no_content(route: Route) -> bool:
    """Return whether the scene has nothing to show there: its files have no content, nobody sends or exports."""
    return any(
        part in route.path
        for part in ("/originals", "/files/{doc}", "/resumption/{id}", "/export/{name}", "/uploads/{id}")
    )


@pytest.mark.parametrize("phone", [SHE, HE], ids=["the principal", "the proxy in scope"])
async def test_those_it_is_meant_for_are_never_told_that_it_is_not_theirs(routes: list[Route], phone: str) -> None:
    found = {}
    for route in routes:
        if route.writes and route.scope:
            here = await scene()
            client = await citizen(phone)
            answer = await drive(client, route, here)
            if answer.status in (403, 404) or answer.status >= 500:
                found[route.path] = answer.status

    assert {path: status for path, status in found.items() if "/defects/{d}/files/" not in path} == {}


ROLES = ("reviewer", "approver", "supervisor", "expert", "mail_clerk", "admin", "auditor")


@pytest.mark.parametrize("role", ROLES)
async def test_a_member_of_staff_opens_only_what_the_role_is_for(routes: list[Route], role: str) -> None:
    here = await scene()
    await make_staff(role)
    client = Client()
    await client.staff_sign_in(f"meishan-{role}")
    await client.get("/staff/login")
    before = await state_of(here.principal)

    found = {}
    for route in routes:
        if {"anyone", "staff", role} & set(route.who):
            continue
        answer = await drive(client, route, here)
        if answer.status != 403 or leaked(answer.text, here):
            found[f"{route.method} {route.path}"] = answer.status

    assert found == {}
    assert await state_of(here.principal) == before


@pytest.mark.parametrize("role", ROLES)
async def test_staff_of_another_city_see_nothing_of_this_one(routes: list[Route], role: str) -> None:
    here = await scene()
    await make_staff(role, "xinxing")
    client = Client()
    await client.staff_sign_in(f"xinxing-{role}")
    before = await state_of(here.principal)

    found = {}
    for route in routes:
        if "logout" in route.path or "anyone" in route.who:
            continue
        answer = await drive(client, route, here)
        log = route.path == "/staff/audit"  # one for all cities; it names things by identifier and nobody by name
        marks = leaked(answer.text, here, besides=(here.draft.id,) if log else ())
        if marks or answer.status >= 500 or (own_of_somebody(route) and answer.status == 200):
            found[f"{route.method} {route.path}"] = (answer.status, marks)

    assert found == {}
    assert await state_of(here.principal) == before


async def test_a_made_up_thing_and_anothers_look_the_same(routes: list[Route]) -> None:
    here = await scene()
    client = await citizen(STRANGER)

    for route in routes:
        if route.method == "GET" and route.scope:
            theirs = await client.http.get(address(route, here))
            made_up = re.sub(r"(apply|cases)/[\w-]+", r"\1/900123456786", address(route, here))
            nobodys = await client.http.get(made_up)
            assert (theirs.status_code, tidy(theirs)) == (nobodys.status_code, tidy(nobodys))


def tidy(answer: httpx.Response) -> str:
    """Return the page without tokens and without its own address."""
    return re.sub(r'value="[^"]*"|href="[^"]*"', "", answer.text)


async def test_a_case_that_waits_for_the_principal_is_submitted_by_nobody_else(routes: list[Route]) -> None:
    here = await scene()
    client = await citizen(HE)

    for route in routes:
        if route.path.startswith("/d/"):
            answer = await drive(client, route, here)
            assert answer.status == 404

    waits = await acting.waiting(here.asked)
    assert waits
    assert (await case_by_id(waits.id)) == waits
