"""What a proxy does at a browser without script: tell for whom, fill in, sign; and what the principal does."""

import re
from collections.abc import Mapping
from datetime import timedelta

from portal.accounts import delegation as delegations
from portal.accounts.delegation import Delegation
from portal.accounts.person import Person
from portal.accounts.principal import named_by_a_proxy, phone_on_record
from portal.accounts.register import Insured, demo_people
from portal.cases.apply import acting
from portal.cases.life.case import Case, case_by_id
from portal.core.outside.sms import demo_messages
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.questions.materials import slots
from portal.regions.load import REGIONS
from tests.helpers import walk
from tests.helpers.answers import ANSWERS, BEFORE_MATERIALS
from tests.helpers.client import Client
from tests.helpers.factories import add_document, make_person, send_in

SCOPES = ("apply", "correct", "view", "receive", "withdraw", "appeal")


def record(no: str) -> Insured:
    """Return what the register knows of a demo person."""
    return next(one for one in demo_people().values() if one.no == no)


def form(no: str, route: str, **other: object) -> dict[str, object]:
    """Return the form about acting for a demo person by *route*, for half a year in everything."""
    one, today = record(no), clock.today()
    year = today.year + (today.month > 6)
    return {
        "principal_name": one.name,
        "principal_number": one.id_number,
        "relation": "子女",
        "private_disease": "none",
        "route": route,
        "scope": list(SCOPES),
        **days("starts_on", today.year, today.month, today.day),
        **days("ends_on", year, (today.month + 5) % 12 + 1, 1),
        **other,
    }


def days(name: str, year: int, month: int, day: int) -> dict[str, str]:
    """Return a date as its three fields."""
    return {f"{name}-year": str(year), f"{name}-month": str(month), f"{name}-day": str(day)}


async def ask_for(client: Client, region: str, no: str, route: str, **other: object) -> str:
    """Say for whom, by which proof; return where the delegation lives."""
    await client.get(f"/{region}/apply/new")
    await client.post(f"/{region}/apply/new", {"for": "other"})
    assert client.path == f"/{region}/delegations/new"
    await client.post(client.path, form(no, route, **other))
    return client.path


async def fill_in(client: Client, home: str, mobile: str = "13800000103") -> str:
    """Press 开始填写 on the delegation at *home* and answer everything; return where the draft lives."""
    await client.get(home)
    await client.post(f"{home}/applications")
    draft = client.path
    for slug in BEFORE_MATERIALS:
        await walk.answer(client, draft, slug)
    await client.get(f"{draft}/materials")
    places = dict.fromkeys(re.findall(r'action="[^"]*/materials/([\w.]+)"', client.text))
    rows = [place for place in places if place not in ("pile", "sorting")]
    for number, slot in enumerate(rows):
        await walk.upload(client, draft, slot, walk.photo(number))
    await client.get(f"{draft}/materials")
    await client.post(f"{draft}/materials")
    await walk.answer(client, draft, "delivery")
    await walk.answer(client, draft, "notify", {"notify_channel": "sms", "notify_mobile": mobile})
    return draft


async def link_sent_to(phone: str) -> str:
    """Return the page that the SMS to the principal leads to."""
    (found,) = re.findall(r"/d/[\w-]{6}", (await demo_messages(phone, 1))[0])
    return str(found)


async def prove_phone(client: Client, link: str, phone: str) -> None:
    """Open the link and type the code that came to *phone*."""
    await client.get(link)
    await client.post(f"{link}/code")
    code = (await demo_messages(phone, 1))[0].rpartition("#")[2]
    await client.post(f"{link}/phone", {"code": code})


async def propose(
    proxy: Person, no: str, route: str = "letter", *, region: str = "meishan", scopes: tuple[str, ...] = SCOPES
) -> Delegation:
    """Return a delegation nobody has confirmed yet."""
    one, today = record(no), clock.today()
    principal = await named_by_a_proxy(one.name, one.id_type, one.id_number)
    assert principal
    wanted = delegations.Wanted(
        region=region,
        principal=principal.id,
        proxy=proxy.id,
        route=route,  # type: ignore[arg-type]
        relation="子女",
        scopes=scopes,
        disease="",
        starts_on=today,
        ends_on=today + timedelta(days=365),
        principal_phone=await phone_on_record(principal),
        proxy_phone="13800000103",
    )
    return await delegations.propose(wanted, at_most=100)


async def become(known: Delegation, state: str) -> Delegation:
    """Return the delegation as it is in another state, however it may have come there."""
    await execute("UPDATE delegation SET state = $2 WHERE id = $1", known.id, state)
    return await again(known)


async def again(known: Delegation) -> Delegation:
    """Return the delegation as it is now."""
    found = await delegations.delegation(known.id)
    assert found
    return found


async def ready(known: Delegation, answers: Mapping[str, str] | None = None) -> Case:
    """Return a draft under a delegation to which nothing but the signature is missing."""
    case = await acting.begin(known, "13800000103")
    from portal.cases.apply import draft

    given = {**ANSWERS, "notify_mobile": "13800000103", **(answers or {})}
    await draft.keep_answers(case, given, seen=str(case.row_version))
    found = await case_by_id(case.id)
    assert found
    acting_by = {"acting": "" if known.verified and known.route != "online" else known.route}
    for slot in slots(REGIONS[known.region], {**given, **acting_by}):
        await add_document(found, slot.id)
    return found


async def by_proxy(no: str = "ms-14", proxy: str = "ms-03", **how: object) -> tuple[Person, Delegation, Case]:
    """Return a proxy, a verified delegation and a case submitted under it."""
    who = await make_person(proxy)
    known = await become(await propose(who, no, **how), "active")  # type: ignore[arg-type]
    case = await ready(known)
    return who, known, await send_in(case, acting.acting(known))
