"""A person behind phones: bound once, compared with the register, shown masked."""

import asyncio

import pytest

from portal.accounts import person
from portal.accounts.person import REGISTERED, STATED, Bound, masked_name, masked_number, masked_phone
from portal.accounts.register import Demo, Insured, demo_people, register
from portal.core.store.database import fetch_value
from tests.helpers.factories import make_person

pytestmark = pytest.mark.usefixtures("database")

LILI = next(one for one in demo_people().values() if one.no == "ms-01")
NOBODY = "11010519491231002X"  # a good number that the register does not know


async def bind(phone: str = "13800000101", **changed: str) -> Bound:
    given = {
        "name": LILI.name,
        "id_type": "resident_id",
        "id_number": LILI.id_number,
        "card_no": LILI.card_no,
        "consent_version": "2026-11",
    }
    return await person.bind(phone_id=await person.phone_of(phone), **{**given, **changed})


async def bound_person(bound: Bound) -> person.Person:
    found = await person.person(bound.person)
    assert found
    return found


async def test_who_agrees_with_the_register_is_bound_on_its_level() -> None:
    who = await bound_person(await bind())

    assert (who.name, who.id_number, who.card_no) == (LILI.name, LILI.id_number, LILI.card_no)
    assert who.level == REGISTERED


async def test_what_was_agreed_to_is_kept_with_its_version() -> None:
    bound = await bind()

    assert await fetch_value("SELECT version FROM consent WHERE person = $1", bound.person) == "2026-11"


async def test_another_name_or_another_card_is_not_bound() -> None:
    assert await bind(name="张莉") == Bound(problem="mismatch")
    assert await bind(card_no="M00000002") == Bound(problem="card")
    assert await fetch_value("SELECT count(*) FROM person") == 0


async def test_who_is_not_in_the_register_is_bound_on_the_lowest_level() -> None:
    who = await bound_person(await bind(id_number=NOBODY, name="李雷"))

    assert who.level == STATED


async def test_when_the_register_does_not_answer_people_are_bound_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "unreachable", True)

    who = await bound_person(await bind(name="张莉"))

    assert who.level == STATED


async def test_an_identity_is_not_taken_over_by_another_phone() -> None:
    await bind()

    assert await bind("13900000000") == Bound(problem="bound_elsewhere")
    assert await bind() == Bound(problem="bound_elsewhere")


async def test_of_two_who_bind_the_same_identity_at_once_one_is_told_it_is_taken() -> None:
    outcomes = await asyncio.gather(*(bind(f"1390000000{number}") for number in range(4)))

    assert sum(bool(outcome.person) for outcome in outcomes) == 1
    assert {outcome.problem for outcome in outcomes if not outcome.person} == {"bound_elsewhere"}
    assert await fetch_value("SELECT count(*) FROM person") == 1
    assert await fetch_value("SELECT count(*) FROM consent") == 1


async def test_nothing_of_a_person_stands_in_the_open() -> None:
    await bind()

    for column in ("name", "id_number", "card_no", "id_hash"):
        kept = bytes(await fetch_value(f"SELECT {column} FROM person"))
        assert not any(text.encode() in kept for text in (LILI.name, LILI.id_number, LILI.card_no))


async def test_one_phone_may_serve_two_people_in_the_order_they_came() -> None:
    first, second = await make_person("ms-02"), await make_person("ms-03")

    there = await person.behind(await person.phone_of("13800000103"))

    assert [one.id for one in there] == [first.id, second.id]


async def test_a_phone_is_added_once_however_many_ask_at_once() -> None:
    ids = await asyncio.gather(*(person.phone_of("13912345678") for _ in range(5)))

    assert len(set(ids)) == 1
    assert await person.phone_number(ids[0]) == "13912345678"
    assert await person.phone_number("no such phone") == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王", "*"),
        ("张丽", "张*"),
        ("王建国", "王*国"),
        ("李𠅤", "李*"),
        ("阿卜杜热西提·买买提", "阿*提"),
        ("MARIA DEL CARMEN", "M*N"),
    ],
)
def test_a_name_is_shown_by_its_ends(name: str, shown: str) -> None:
    assert masked_name(name) == shown


def test_a_number_is_shown_by_its_ends_and_never_its_date_of_birth() -> None:
    assert masked_number("511402195503150026") == "511***********0026"
    assert masked_number("12345678") == "123***5678"
    assert masked_phone("13812345678") == "138****5678"


@pytest.mark.parametrize("one", demo_people().values(), ids=lambda one: one.no)
async def test_every_demo_person_is_found_under_their_own_number(one: Insured) -> None:
    assert await register().find(one.id_number) == one
