"""Every route says who may use it, and holds to it: the wrong visitor, a stranger and another city find nothing."""

import argparse
import json
import re
from collections.abc import Iterable
from typing import Any

import pytest

from portal import __main__ as command_line
from portal.accounts.staff import ROLES
from portal.cases.life.case import Case
from portal.cases.result import decision
from portal.documents import keep
from portal.letters.letter import letters
from portal.routes import Route, declared
from tests.helpers.answers import ANSWERS
from tests.helpers.client import Client
from tests.helpers.factories import add_document, citizen, make_draft, make_person, make_staff, send_in
from tests.helpers.world import World, changed, everything, forget_limits, make_world, sign_in_citizen, sign_in_clerk

pytestmark = pytest.mark.usefixtures("database")

# A machine has no session and is asked for a secret instead: tests/inside/core/outside/test_gateways.py.
ALL = [route for route in declared() if route.who != ("machine",)]
VISITORS = {"anyone", "phone", "citizen", "staff", "password"}
OPEN_AT_THE_DESK = ("/login", "/setup", "/login/passkey", "/logout", "/session", "/session/extension")
KNOWN = VISITORS | set(ROLES)
OF_SOMEBODY = [route for route in ALL if re.search(r"{(key|no|doc|d|id|n)}", route.path)]
DESK = [route for route in ALL if route.path.startswith("/staff")]
HERS = [route for route in ALL if "citizen" in route.who]
UPLOADS = (
    "/face/{check}",
    "/materials/{slot}",
    "/defects/{d}",
    "/supplements/{slot}",
    "/replacement",
    "/conversation/files",
)
# Addresses that people have written down, bookmarked or been sent: none of them disappears unnoticed.
KEPT = frozenset(
    [
        "/",
        "/{r}",
        "/{r}/diseases",
        "/{r}/form",
        "/{r}/form.pdf",
        "/{r}/help",
        "/{r}/accessibility",
        "/{r}/privacy",
        "/{r}/display",
        "/{r}/login",
        "/{r}/me",
        "/{r}/notices",
        "/{r}/apply/new",
        "/{r}/apply/{key}",
        "/{r}/apply/{key}/{slug}",
        "/{r}/cases/{no}",
        "/{r}/cases/{no}/receipt",
        "/{r}/cases/{no}/decision",
        "/{r}/cases/{no}/delivery",
        "/{r}/cases/{no}/corrections/{n}",
        "/{r}/cases/{no}/letters/{id}",
        "/s/{link}",
        "/v",
        "/v/{code}",
        "/health",
        "/staff",
        "/staff/login",
        "/staff/cases/{no}",
    ]
)


async def ask(client: Client, route: Route, address: str) -> int:
    """Use *route* as a browser would, with a good token where something is sent; return the status."""
    if not route.writes:
        return (await client.http.get(address)).status_code
    await client.get("/meishan/logout")
    token = client.hidden["csrf"]
    if route.path.endswith(UPLOADS):
        files: list[tuple[str, Any]] = [("csrf", (None, token)), ("file", ("a.jpg", b"\xff\xd8\xff", "image/jpeg"))]
        return (await client.http.post(address, files=files)).status_code
    sent = {"csrf": token, "row_version": "1"}
    return (await client.http.request(route.method, address, data=sent, headers={"x-csrf-token": token})).status_code


async def answers(client: Client, world: World, routes: Iterable[Route]) -> dict[str, int]:
    """Return ``{method and path: status}`` of using each of *routes*."""
    await forget_limits()
    return {f"{route.method} {route.path}": await ask(client, route, world.address(route)) for route in routes}


def but(found: dict[str, int], *expected: int) -> dict[str, int]:
    """Return those of *found* that are something else than *expected*."""
    return {route: status for route, status in found.items() if status not in expected}


# -- what is declared ----------------------------------------------------------------------------


def without_policy(routes: Iterable[Route]) -> list[Route]:
    """Return the routes that say nothing of who may use them, or name somebody nobody knows."""
    return [route for route in routes if not route.who or set(route.who) - KNOWN]


def test_every_route_says_who_may_use_it() -> None:
    assert without_policy(ALL) == [], 'say who: @get(..., who=("citizen",)) or opt = {"who": ...} on its controller'


@pytest.mark.parametrize("who", [(), ("everybody",), ("citizen", "king")])
def test_a_route_that_says_nothing_or_names_nobody_we_know_is_found(who: tuple[str, ...]) -> None:
    assert without_policy([Route("GET", "/x", who, writes=False)])


def test_only_what_is_meant_for_everybody_is_open_to_everybody() -> None:
    private = [route for route in OF_SOMEBODY if "anyone" in route.who]

    assert private == [], "what belongs to somebody is never open to anyone"
    assert {route.who for route in DESK if "anyone" in route.who and not route.path.endswith(OPEN_AT_THE_DESK)} == set()


def test_no_address_disappears_unnoticed() -> None:
    assert KEPT - {route.path for route in ALL} == set(), "lead the old address to the new one, then change KEPT"


def test_the_command_prints_every_route_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    command_line.routes(argparse.Namespace(json=True))

    printed = json.loads(capsys.readouterr().out)
    assert {(one["method"], one["path"]) for one in printed} == {(route.method, route.path) for route in declared()}
    assert {"method": "GET", "path": "/{r}/me", "who": ["citizen"], "writes": False, "scope": ""} in printed
    assert {"method": "POST", "path": "/staff/login", "who": ["anyone"], "writes": True, "scope": ""} in printed


def test_the_command_prints_every_route_for_people_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    command_line.routes(argparse.Namespace(json=False))

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(declared())
    assert re.fullmatch(
        r"POST +/staff/cases/{no}/approval +approver +writes",
        next(one for one in lines if "approval  " in one and "POST" in one),
    )


# -- the wrong visitor ---------------------------------------------------------------------------


async def test_whoever_has_not_signed_in_is_led_to_the_sign_in_and_changes_nothing(client: Client) -> None:
    world = await make_world()
    before = await everything()
    for route in ALL:
        if "anyone" in route.who:
            continue
        address = world.address(route)
        answer = await client.http.request(route.method, address)

        assert answer.status_code == 303, route
        door = "/staff/login" if route in DESK else "/meishan/login"
        assert answer.headers["location"].partition("?")[0] == door, route
    assert changed(before, await everything()) == {}


async def test_a_citizen_opens_no_page_of_the_desk(client: Client) -> None:
    world = await make_world()
    await sign_in_citizen(client)
    before = await everything()

    found = await answers(client, world, [route for route in DESK if "anyone" not in route.who])

    assert but(found, 403) == {}
    assert changed(before, await everything()).keys() <= {"rate_limit"}


async def test_a_clerk_opens_no_page_of_a_citizen(client: Client) -> None:
    world = await make_world()
    await sign_in_clerk(client)
    before = await everything()

    found = await answers(client, world, [route for route in ALL if not {"anyone", "staff", *ROLES} & set(route.who)])

    assert but(found, 403) == {}
    assert changed(before, await everything()).keys() <= {"rate_limit"}


@pytest.mark.parametrize("role", list(ROLES))
async def test_a_role_opens_what_is_declared_for_it_and_nothing_else(client: Client, role: str) -> None:
    world = await make_world()
    member = await make_staff(role, login="somebody")
    await client.staff_sign_in(member.login)

    refused = [route for route in DESK if not {"anyone", "staff", role} & set(route.who)]
    allowed = [route for route in DESK if {"staff", role} & set(route.who) and not route.writes]

    assert but(await answers(client, world, refused), 403) == {}
    assert but(await answers(client, world, allowed), 200, 303, 404, 409) == {}


async def test_whoever_has_only_shown_a_phone_is_led_on_to_who_they_are(client: Client) -> None:
    world = await make_world()
    await client.sign_in("13800000108")
    assert client.path == "/meishan/register"

    assert but(await answers(client, world, HERS), 303) == {}


# -- somebody else's things ----------------------------------------------------------------------


async def test_a_stranger_finds_nothing_of_somebody_elses_on_any_route(client: Client) -> None:
    world = await make_world()
    await make_person("ms-10")
    await client.sign_in("13800000110")
    assert client.path == "/meishan/me"
    before = await everything()

    found = await answers(client, world, [route for route in OF_SOMEBODY if "citizen" in route.who])

    assert len(found) > 20
    assert but(found, 404) == {}, "settle whose it is before the handler runs: portal/citizen/shared/mine.py"
    assert changed(before, await everything()).keys() <= {"rate_limit"}


async def test_a_clerk_of_another_city_finds_nothing_on_any_route(client: Client) -> None:
    world = await make_world()
    member = await make_staff(" ".join(ROLES), region="xinxing", login="far away")
    await client.staff_sign_in(member.login)
    before = await everything()

    found = await answers(client, world, [route for route in OF_SOMEBODY if route in DESK])

    assert len(found) > 10
    assert but(found, 404) == {}, "settle whose it is before the handler runs: portal/staff/shared/desk.py"
    assert changed(before, await everything()).keys() <= {"rate_limit"}


async def hers(no: str) -> tuple[Case, Case]:
    """Return a draft with a file and a submitted case of somebody."""
    who = await make_person(no)
    case = await make_draft(no, answers={**ANSWERS, "disease": "M03900"})
    case = await send_in(case, citizen(who))
    mine = await make_draft(no)
    await add_document(mine, "identity")
    return mine, case


async def test_under_ones_own_draft_or_case_there_is_nothing_of_somebody_else(client: Client) -> None:
    world = await make_world()
    mine, case = await hers("ms-10")
    (letter, *_) = await letters(world.decided.id)
    (file,) = await keep.documents(world.draft.id)
    await client.sign_in("13800000110")
    own, submitted = f"/meishan/apply/{mine.id}", f"/meishan/cases/{case.number}"
    before = await everything()

    for method, path, address in (
        ("GET", "", f"{own}/files/{file.id}"),
        ("GET", "", f"{own}/files/{file.id}/small"),
        ("GET", "", f"{own}/files/{file.id}/removal"),
        ("POST", "", f"{own}/files/{file.id}/removal"),
        ("POST", "", f"{own}/files/{file.id}/acceptance"),
        ("GET", "", f"{submitted}/files/{file.id}"),
        ("GET", "", f"{submitted}/letters/{letter.id}"),
        ("GET", "", f"{submitted}/letters/{letter.id}.pdf"),
        ("GET", "", f"{submitted}/corrections/1"),
        ("POST", "", f"{submitted}/corrections/1"),
        ("POST", "/defects/{d}", f"{submitted}/corrections/1/defects/{world.defect}"),
    ):
        route = Route(method, path, ("citizen",), writes=method == "POST")
        assert await ask(client, route, address) == 404, address
    assert changed(before, await everything()) == {}


async def test_under_a_case_of_ones_desk_there_is_nothing_of_another(client: Client) -> None:
    world = await make_world()
    _, case = await hers("ms-10")
    (letter, *_) = await letters(world.decided.id)
    await sign_in_clerk(client)

    for address in (f"files/{world.document}/pages/1", f"letters/{letter.id}"):
        assert (await client.http.get(f"/staff/cases/{case.number}/{address}")).status_code == 404


async def test_nobody_decides_on_the_disease_of_another_case(client: Client) -> None:
    world = await make_world()
    _, case = await hers("ms-10")
    (foreign,) = await decision.diseases(world.waiting)
    await sign_in_clerk(client)
    await client.get(f"/staff/cases/{case.number}/decision")

    await client.post(
        f"/staff/cases/{case.number}/decision", {f"verdict-{foreign.id}": "passed", f"months-{foreign.id}": "0"}
    )

    assert client.status == 422
    assert await decision.diseases(world.waiting) == [foreign]


# -- looking -------------------------------------------------------------------------------------

# What is written down when somebody looks: that they did, and when they were here.
NOTED = {"audit", "session", "rate_limit"}


@pytest.mark.parametrize("who", ["nobody", "citizen", "clerk"])
async def test_opening_every_address_changes_nothing(client: Client, who: str) -> None:
    world = await make_world()
    if who != "nobody":
        await (sign_in_citizen if who == "citizen" else sign_in_clerk)(client)
    before = await everything()

    found = await answers(
        client, world, [route for route in ALL if not route.writes and not route.path.endswith("/events")]
    )

    assert but(found, 200, 204, 303, 403, 404, 409) == {}
    assert changed(before, await everything()).keys() <= NOTED
