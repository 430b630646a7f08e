"""Whatever became of a case, its pages, letters and messages say what is true of it today, in both cities.

Each row of `TRUTHS` is one thing that can become of a case. The case is made once, and every page that speaks of it is
read, by its citizen, at the desk and by whoever has the code of a letter.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import pytest

from portal.cases.benefits.benefit import of_case, revoke
from portal.cases.life.case import SYSTEM, Case, history, move
from portal.cases.life.moves import ACCEPTS
from portal.cases.papers import corrections
from portal.cases.papers.defects import NewDefect
from portal.cases.result import decision
from portal.cases.result.decision import Proposal, Reasons
from portal.cases.time.rounds import accept_late
from portal.core.store.database import execute
from portal.core.tools import clock
from portal.letters.kinds import GRANTING, INTERNAL
from portal.letters.letter import letters
from portal.regions.load import REGIONS
from tests.helpers.changes import ChangeRegion
from tests.helpers.client import Client
from tests.helpers.factories import APPROVER, REVIEWER, citizen, current, make_case, make_person, make_staff
from tests.helpers.made import SUPERVISOR

PEOPLE = {"meishan": ("ms-01", "13800000101"), "xinxing": ("xx-01", "13800000001")}
NOW_GRANTED = ("认定通过", "可以享受待遇")
FOR_THE_EAR = re.compile(r'<span class="visually-hidden">\s*[，,]\s*</span>')
SHEET = re.compile(r'<article class="sheet.*?</article>', re.DOTALL)
AHEAD = re.compile(r"(?:最晚|预计)\s*(?:受理|办完)?\s*(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")


async def sent(region: str) -> Case:
    """Return a case that has just been submitted; in Meishan it is accepted at once."""
    return await make_case(PEOPLE[region][0], region, "M03900")


async def unverified(region: str) -> Case:
    """Return a case that waits until the papers of its proxy are verified."""
    case = await sent(region)
    await execute("DELETE FROM case_event WHERE case_id = $1 AND action = 'accept'", case.id)
    await execute("DELETE FROM letter WHERE case_id = $1 AND kind = 'L02'", case.id)
    sql = "UPDATE cases SET unverified = $2, state = 'submitted' WHERE id = $1"
    await execute(sql, case.id, True)
    return await current(case)


async def accepted(region: str) -> Case:
    """Return a case that was accepted."""
    case = await sent(region)
    return case if REGIONS[region].rules.acceptance.automatic else await move(case, "accept", REVIEWER)


async def approved(region: str, *, passed: bool = True) -> Case:
    """Return a case on which was decided."""
    case = await accepted(region)
    (disease,) = await decision.diseases(case)
    reasons = Reasons() if passed else Reasons(("criteria",), "化验低于标准")
    case = await decision.draft(case, REVIEWER, [Proposal(disease.id, passed, 12, reasons)])
    return await decision.decide(case, APPROVER)


async def refused(region: str) -> Case:
    """Return a case that was refused."""
    return await approved(region, passed=False)


async def shifted(case: Case, days: int) -> Case:
    """Return *case* whose benefit lies *days* earlier."""
    (benefit,) = await of_case(case)
    first = benefit.starts_on + timedelta(days=days)
    last = benefit.ends_on + timedelta(days=days) if benefit.ends_on else None
    sql = "UPDATE benefit SET starts_on = $2, ends_on = $3, state = 'active' WHERE id = $1"
    await execute(sql, benefit.id, first, last)
    return case


async def running(region: str) -> Case:
    """Return a case whose benefit runs."""
    return await shifted(await approved(region), -60)


async def not_begun(region: str) -> Case:
    """Return a case whose benefit begins later."""
    return await shifted(await approved(region), 40)


async def expired(region: str) -> Case:
    """Return a case whose benefit has ended by the calendar."""
    return await shifted(await approved(region), -600)


async def revoked(region: str) -> Case:
    """Return a case whose benefit was revoked."""
    return await revoke(await running(region), SUPERVISOR, "材料是假的")


async def in_state(region: str, state: str) -> Case:
    """Return a case whose benefit has this *state*."""
    case = await running(region)
    await execute("UPDATE benefit SET state = $2 WHERE case_id = $1", case.id, state)
    return case


async def terminated(region: str) -> Case:
    """Return a case whose benefit a re-review ended."""
    return await in_state(region, "terminated")


async def suspended(region: str) -> Case:
    """Return a case whose benefit is suspended."""
    return await in_state(region, "suspended")


async def partly(region: str) -> Case:
    """Return a case of which one disease was recognised and another one not."""
    case = await running(region)
    await execute("UPDATE cases SET state = 'partly_approved' WHERE id = $1", case.id)
    return await current(case)


async def not_accepted(region: str) -> Case:
    """Return a case that was not accepted."""
    return await move(await unverified(region), "not_accept", REVIEWER, note="不在本市参保")


async def withdrawn_early(region: str) -> Case:
    """Return a case that its citizen withdrew before anybody accepted it."""
    return await move(await unverified(region), "withdraw", citizen(await make_person(PEOPLE[region][0])))


async def withdrawn(region: str) -> Case:
    """Return a case that its citizen withdrew after it was accepted."""
    return await move(await accepted(region), "withdraw", citizen(await make_person(PEOPLE[region][0])))


async def asked(region: str) -> Case:
    """Return a case with an open notice of what is missing."""
    return await corrections.ask(await accepted(region), REVIEWER, [NewDefect("identity", "one_side", "请补反面")])


async def lapsed(region: str) -> Case:
    """Return a case whose notice nobody answered in time."""
    return await move(await asked(region), "lapse", SYSTEM)


async def late(region: str) -> Case:
    """Return a case whose last day has passed."""
    case = await accepted(region)
    sql = "UPDATE case_event SET at = $2 WHERE case_id = $1"
    await execute(sql, case.id, clock.now() - timedelta(days=120))
    day = clock.today() - timedelta(days=60)
    await execute("UPDATE cases SET due_on = $2 WHERE id = $1", case.id, day)
    return await current(case)


async def deemed(region: str) -> Case:
    """Return a case that nobody accepted in time, so that it counts as accepted."""
    case = await unverified(region)
    await execute("UPDATE case_event SET at = $2 WHERE case_id = $1", case.id, clock.now() - timedelta(days=30))
    await execute("UPDATE cases SET due_on = $2 WHERE id = $1", case.id, clock.today() - timedelta(days=20))
    assert await accept_late() == 1
    return await current(case)


class Truth(NamedTuple):
    """What became of a case, what the page of its progress says of it, and what no page may say."""

    make: Callable[[str], Awaitable[Case]]
    says: tuple[str, ...]
    never: tuple[str, ...] = ()
    verified: str = ""  # what whoever has the code of its certificate reads
    revocable: bool = False  # whether the supervisor is offered to revoke its benefit


TRUTHS: Mapping[str, Truth] = {
    "waits for the papers of the proxy": Truth(
        unverified, ("正在核验委托", "委托书和身份证明核对以后受理"), ("系统自动受理", "已经开始办", "认定通过")
    ),
    "accepted": Truth(accepted, ("受理 已完成",), ("认定通过",)),
    "deemed accepted": Truth(deemed, ("受理 已完成", "到期没有决定，视为受理"), ("材料形式齐全", "认定通过")),
    "asked for papers": Truth(asked, ("一次性告知书", "请补"), ("认定通过",)),
    "late": Truth(late, ("应在这天前办完", "很抱歉"), ("认定通过",)),
    "running": Truth(running, ("认定通过", "可以享受待遇"), verified="真实有效", revocable=True),
    "partly approved": Truth(partly, ("部分通过", "可以享受待遇"), verified="真实有效", revocable=True),
    "not begun": Truth(not_begun, ("通过了，待遇还没开始",), NOW_GRANTED, verified="还没到生效日期", revocable=True),
    "expired": Truth(expired, ("待遇已到期",), (*NOW_GRANTED, "下载电子证明"), verified="已经过期"),
    "revoked": Truth(revoked, ("待遇已撤销",), (*NOW_GRANTED, "下载电子证明"), verified="已被撤销"),
    "terminated": Truth(terminated, ("待遇已终止",), (*NOW_GRANTED, "下载电子证明"), verified="已经终止"),
    "suspended": Truth(suspended, ("待遇已暂停",), (*NOW_GRANTED, "下载电子证明"), verified="已经暂停", revocable=True),
    "refused": Truth(refused, ("认定不通过", "看理由和不同意怎么办"), ("待遇生效 已完成", *NOW_GRANTED)),
    "not accepted": Truth(
        not_accepted,
        ("受理 不予受理", "理由：不在本市参保", "书面申请复核", "行政诉讼", "不予受理通知书"),
        ("受理 已完成", "已经开始办", *NOW_GRANTED),
    ),
    "withdrawn before it was accepted": Truth(
        withdrawn_early, ("受理 已撤回", "撤回回执"), ("受理 已完成", "已经开始办", *NOW_GRANTED)
    ),
    "withdrawn": Truth(withdrawn, ("受理 已完成", "审核 已撤回", "撤回回执"), ("已经开始办", *NOW_GRANTED)),
    "lapsed": Truth(lapsed, ("审核 已终止", "一次性告知书", "终止告知书"), ("已经开始办", *NOW_GRANTED)),
}


def said(html: str) -> str:
    """Return what a page says: its words without the marks, each space once; a letter is of its own day."""
    text = re.sub(r"<script.*?</script>|<[^>]+>", "", FOR_THE_EAR.sub("", SHEET.sub("", html)), flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)


def days_ahead(text: str) -> list[date]:
    """Return the days that *text* calls 最晚 or 预计."""
    this_year = clock.today().year
    return [date(int(year or this_year), int(month), int(day)) for year, month, day in AHEAD.findall(text)]


@pytest.mark.parametrize("city", PEOPLE)
@pytest.mark.parametrize("became", TRUTHS)
async def test_every_page_says_what_is_true_of_a_case_today(
    became: str, city: str, client: Client, region: ChangeRegion, published: None
) -> None:
    region("xinxing", experts={"required": 0})
    truth = TRUTHS[became]
    case = await truth.make(city)
    home = f"/{city}/cases/{case.number}"
    await client.sign_in(PEOPLE[city][1], city)
    pages = {}
    for name in ("", "/receipt", "/decision", "/delivery", "/conversation"):
        await client.get(f"{home}{name}")
        pages[name] = client.text if client.status == 200 else ""
    await client.get(f"/{city}/me")
    pages["/me"] = client.text
    given = [letter for letter in await letters(case.id) if letter.kind != INTERNAL and not letter.void]
    for letter in given:
        await client.get(f"{home}/letters/{letter.id}")
        pages[f"/letters/{letter.kind}"] = client.text

    words = {name: said(html) for name, html in pages.items()}

    progress = words[""].replace("材料审核", "审核")
    assert [text for text in truth.says if text not in progress] == []
    assert [(name, text) for name, page in words.items() for text in truth.never if text in page] == []
    assert [(name, day) for name, page in words.items() for day in days_ahead(page) if day < clock.today()] == []
    linked = pages[""] + pages["/decision"]
    assert [letter.kind for letter in given if f"{home}/letters/{letter.id}" not in linked] == []
    was_accepted = any(event.action in ACCEPTS for event in await history(case))
    assert was_accepted or "开始办" not in words["/receipt"]


@pytest.mark.parametrize("became", [name for name, truth in TRUTHS.items() if truth.verified])
@pytest.mark.parametrize("city", PEOPLE)
async def test_certificate_and_desk_say_how_the_benefit_stands(
    became: str, city: str, client: Client, region: ChangeRegion, published: None
) -> None:
    region("xinxing", experts={"required": 0})
    truth = TRUTHS[became]
    case = await truth.make(city)
    proofs = [letter for letter in await letters(case.id) if letter.kind in GRANTING]
    holds = truth.verified in ("真实有效", "还没到生效日期")

    for proof in proofs:
        await client.get(f"/v/{proof.opened().code}")
        assert truth.verified in client.text
    await make_staff("reviewer approver supervisor", city, login="leads")
    await client.staff_sign_in("leads")
    await client.get(f"/staff/cases/{case.number}")

    assert ("acts/revocation" in client.text) is truth.revocable
    assert [text for text in truth.never if text in said(client.text)] == []
    await client.get(f"/staff/cases/{case.number}/letters/{proofs[0].id}")
    assert ("这份文书不能再用" in client.text) is not holds
    assert ("<span>认定通过</span>" in client.text) is (truth.verified == "真实有效")
