"""Tell about a benefit that ends or must be re-reviewed.

The person hears of it, and every proxy who may receive results for them.
"""

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
    """Write the message *code* about a benefit; its link leads to the page of the renewal."""
    region, gave = REGIONS[held.region], await case_by_id(held.case_id)
    assert gave
    variables = {"city": region.id, "sign": region.rules.notices.sign_zh, "hotline": region.hotline, "day": day}
    message = Message(code, held.id, 0, f"{held.id}:{key}:{code}", variables)
    mobile, further = await _ways(gave)
    await send_to(message, held.person, mobile, further)
    for delegation in await of_principal(held.person, held.region):
        if delegation.verified and delegation.allows("receive", clock.today()) and may_see(delegation, held.code):
            await send_to(message, delegation.proxy, "" if delegation.proxy_phone == mobile else delegation.proxy_phone)


async def _ways(gave: Case) -> tuple[str, list[str]]:
    """Return the person's phone and their further channels.

    What a proxy wrote in the application is the proxy's own, so only a phone on record counts then.
    """
    if gave.delegation:
        who = await people.person(gave.person)
        return (await phone_on_record(who) if who else ""), []
    answers = answers_of(gave)
    further = ["official_account"] if answers.get("notify_channel") == "official_account" else []
    return answers.get("notify_mobile") or answers.get("mobile", ""), further
