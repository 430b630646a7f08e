"""What members of the office are told: a draft that came back, a re-review that did not come."""

from datetime import timedelta
from typing import NamedTuple

import pytest

from portal.cases.life.case import Case
from portal.cases.life.moves import Role, State
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.cases.result.returned import returned
from portal.cases.time import reminders
from portal.core.store.database import execute, fetch_all
from portal.core.tools import clock
from portal.notices.fitting import fits
from portal.regions.catalogue import BadFile
from tests.helpers.changes import ChangeRegion
from tests.helpers.client import Client
from tests.helpers.factories import APPROVER, acting, make_benefit, make_case, make_staff

pytestmark = pytest.mark.usefixtures("database")
COMMENT = "请再看一遍化验单"


class Told(NamedTuple):
    person: str


async def told(code: str) -> list[str]:
    """Return who was told this."""
    return sorted(one.person for one in await fetch_all(Told, "SELECT person FROM notice WHERE code = $1", code))


async def sent_back(drafter: str) -> Case:
    """Return a case whose draft, by a new member of this name, the approver sent back."""
    case = await make_case()
    member = await make_staff(login=drafter)
    (disease,) = await decision.diseases(case)
    proposal = [Proposal(disease.id, True, 12, Reasons())]
    case = await decision.draft(case, acting(member, Role.REVIEWER), proposal)
    return await decision.send_back(case, APPROVER, COMMENT)


async def test_who_drafted_is_told_that_the_approver_sent_it_back_and_finds_the_comment(client: Client) -> None:
    case = await sent_back("drafter")
    open_comment = await returned(case)
    assert open_comment
    assert (open_comment.comment, open_comment.by) == (COMMENT, APPROVER.id)

    await client.staff_sign_in("drafter")
    await client.get("/staff/notices")
    assert f"办件尾号{case.number[-4:]}被审批人退回了" in client.text
    await client.get("/staff/queue")

    assert "审批退回" in client.text
    assert len(await told("N42")) == 1


async def test_the_mark_is_gone_when_it_was_sent_for_approval_again() -> None:
    case = await sent_back("drafter")
    member = await make_staff(login="another")
    (disease,) = await decision.diseases(case)

    case = await decision.draft(case, acting(member, Role.REVIEWER), [Proposal(disease.id, True, 12, Reasons())])

    assert case.at is State.DECIDING
    assert await returned(case) is None


async def test_the_supervisors_hear_once_that_a_re_review_was_not_sent_by_its_day() -> None:
    held = await make_benefit(months=24)
    supervisor = await make_staff("supervisor")
    await make_staff("supervisor", "xinxing")
    yesterday = clock.today() - timedelta(days=1)
    await execute(
        "UPDATE benefit SET state = 'active', starts_on = $2, rereview_by = $2 WHERE id = $1", held.id, yesterday
    )

    for _ in range(2):
        await reminders.tell_unreviewed()

    assert await told("N43") == [supervisor.id]


async def test_on_its_last_day_a_re_review_is_not_late() -> None:
    held = await make_benefit(months=24)
    await make_staff("supervisor")
    await execute("UPDATE benefit SET state = 'active', rereview_by = $2 WHERE id = $1", held.id, clock.today())

    await reminders.tell_unreviewed()

    assert await told("N43") == []


def test_a_channel_without_a_gateway_cannot_be_called_connected(region: ChangeRegion) -> None:
    city = region("meishan", notices={"connected": ["official_account"]})

    with pytest.raises(BadFile, match="official_account"):
        fits(city)
