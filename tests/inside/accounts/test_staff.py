"""Members of staff: in by password, out after too many wrong ones, out at once when switched off."""

from datetime import timedelta

import pytest

from portal.accounts import second_factor, staff
from portal.accounts.staff import TRIES
from portal.core.store.database import Taken, execute, fetch_value
from portal.core.tools import clock
from portal.core.tools.errors import TooMany
from portal.core.web.sessions import Visitor
from tests.helpers.client import Client
from tests.helpers.factories import make_staff

pytestmark = pytest.mark.usefixtures("database")


async def enter(
    login: str = "meishan-reviewer", password: str = "long enough", address: str = "10.0.0.1"
) -> tuple[Visitor, staff.Member | None]:
    visitor = Visitor()
    return visitor, await staff.enter(visitor, login, password, address, "a browser")


async def test_who_knows_the_password_is_let_in_with_their_roles() -> None:
    member = await make_staff("reviewer approver", login="both")

    visitor, entered = await enter("both")
    assert entered
    half = visitor.roles
    good = await staff.enter_fully(visitor, entered, await second_factor.unused_code(member.id), "a browser")

    assert good
    assert entered.id == member.id
    assert half == {"anyone", "password"}
    assert visitor.may(("reviewer",))
    assert visitor.may(("approver",))
    assert not visitor.may(("supervisor", "citizen"))


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer() -> None:
    await make_staff()

    _, wrong = await enter(password="guess")
    _, unknown = await enter("nobody")

    assert wrong is None
    assert unknown is None
    assert await fetch_value("SELECT count(*) FROM audit WHERE act = 'sign_in_failed'") == 2


async def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour() -> None:
    await make_staff()
    for _ in range(TRIES):
        await enter(password="guess")

    with pytest.raises(TooMany) as locked:
        await enter()
    clock.shift(timedelta(minutes=15, seconds=1))
    _, entered = await enter()

    assert locked.value.retry_after <= 15 * 60
    assert entered


async def test_a_good_sign_in_forgives_the_wrong_ones_before() -> None:
    await make_staff()
    for _ in range(2):
        for _ in range(TRIES - 1):
            await enter(password="guess")
        _, entered = await enter()
        assert entered


async def test_guessing_at_one_login_does_not_lock_another() -> None:
    await make_staff()
    await make_staff("approver")
    for _ in range(TRIES):
        await enter(password="guess")

    _, entered = await enter("meishan-approver")

    assert entered


async def switch_off(member: staff.Member) -> None:
    await execute("UPDATE staff SET active = $2 WHERE id = $1", member.id, False)


async def test_who_is_switched_off_is_out_at_once(client: Client) -> None:
    member = await make_staff()
    await client.staff_sign_in(member.login)
    assert client.path == "/staff/"
    await switch_off(member)

    await client.get("/staff/")

    assert client.path == "/staff/login"


async def test_who_is_switched_off_does_not_get_in_again() -> None:
    await switch_off(await make_staff())

    _, entered = await enter()

    assert entered is None


async def test_a_login_belongs_to_one_member() -> None:
    await make_staff()

    with pytest.raises(Taken):
        await make_staff()


async def test_a_role_nobody_knows_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="director"):
        await make_staff("reviewer director", login="boss")


async def test_a_password_is_kept_as_a_hash_only() -> None:
    await make_staff()

    kept = await fetch_value("SELECT password FROM staff")

    assert kept.startswith("$argon2id$")
    assert "long enough" not in kept


async def test_roles_are_shown_in_words() -> None:
    member = await make_staff("reviewer approver", login="both")

    assert member.role_names == "受理审核员、审批人"
