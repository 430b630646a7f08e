"""What is told of a benefit that ends or is looked at again: to its person and to who receives results for them."""

from datetime import date

from portal.accounts import person as people
from portal.accounts.delegation import of_principal
from portal.accounts.principal import phone_on_record
from portal.cases.apply.acting import may_see
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case, answers_of, case_by_id
from portal.cases.time.reminders import on_benefit
from portal.core.tools import clock
from portal.notices.write import Message, send_to
from portal.regions.load import REGIONS


@on_benefit
async def told(held: Benefit, code: str, key: str, day: date) -> None:
    """Write the message *code* about a benefit; it leads to the page of its renewal."""
    region, gave = REGIONS[held.region], await case_by_id(held.case_id)
    assert gave
    variables = {"city": region.id, "sign": region.rules.notices.sign_zh, "hotline": region.hotline, "day": day}
    message = Message(code, held.id, 0, f"{held.id}:{key}:{code}", variables)
    mobile, further = await _ways(gave)
    await send_to(message, held.person, mobile, further)
    for known in await of_principal(held.person, held.region):
        if known.verified and known.allows("receive", clock.today()) and may_see(known, held.code):
            await send_to(message, known.proxy, "" if known.proxy_phone == mobile else known.proxy_phone)


async def _ways(gave: Case) -> tuple[str, list[str]]:
    """Return the phone, and the channels beside it, of the person; those that a proxy named are the proxy's."""
    if gave.delegation:
        who = await people.person(gave.person)
        return (await phone_on_record(who) if who else ""), []
    answers = answers_of(gave)
    further = ["official_account"] if answers.get("notify_channel") == "official_account" else []
    return answers.get("notify_mobile") or answers.get("mobile", ""), further
