"""Messages about a benefit that ends or must be re-reviewed.

They go to the insured person, and to every proxy who may receive results for that person.
"""

from datetime import date

from portal.accounts import person as people
from portal.accounts.delegation import of_principal
from portal.accounts.principal import phone_on_record
from portal.cases.apply.acting import may_see
from portal.cases.benefits.benefit import Benefit
from portal.cases.life.case import Case, case_by_id
from portal.core.tools import clock
from portal.notices.write import Reader, named_in, tell
from portal.regions.load import REGIONS


async def told(benefit: Benefit, code: str, occasion: str, day: date) -> None:
    """Write the message *code* about a benefit; it leads to the page of its renewal."""
    region = REGIONS[benefit.region]
    gave = await case_by_id(benefit.case_id)
    assert gave
    variables = {"city": region.id, "sign": region.rules.notices.sign_zh, "hotline": region.hotline, "day": day}
    own = await _own(gave)
    proxies = [
        Reader(known.proxy, "" if known.proxy_phone == own.mobile else known.proxy_phone)
        for known in await of_principal(benefit.person, benefit.region)
        if known.verified and known.allows("receive", clock.today()) and may_see(known, benefit.code)
    ]
    await tell(code, [own, *proxies], benefit, occasion, **variables)


async def _own(gave: Case) -> Reader:
    """Return the insured person as a reader, with the phone and channel of the case that gave the benefit.

    If a proxy filled in that case, its phone is the proxy's; then the phone of the person's account is used.
    """
    if not gave.delegation:
        return named_in(gave, gave.person)
    who = await people.person(gave.person)
    return Reader(gave.person, await phone_on_record(who) if who else "")
