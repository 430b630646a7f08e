"""Results that go by mail, for tests of envelopes and of electronic service."""

from collections.abc import Mapping

import msgspec

from portal.cases.life.case import Case
from portal.cases.mail import envelopes
from portal.cases.mail.acts import Hand
from portal.cases.mail.delivery import By
from portal.cases.mail.envelopes import Address, Delivery
from portal.questions.delivery import ELECTRONIC
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import citizen, make_decided, make_draft, make_person, send_in
from tests.helpers.must import must

WHERE = Address("张丽", "13800000101", "四川省眉山市东坡区苏祠路 1 号 2 单元 301")
AT_HOME = "东坡区苏祠路 1 号 2 单元 301"
# Answers of somebody who wants the result by mail, and of somebody who does not agree to electronic service.
MAIL = {**ANSWERS, "delivery": "mail", **msgspec.to_builtins(WHERE)}
REFUSED = {**ANSWERS, ELECTRONIC.name: "", "address": AT_HOME}
CLERK = By("a clerk", Hand.CLERK, "staff")


async def sent_in(answers: Mapping[str, str], region: str = "meishan", no: str = "ms-01") -> Case:
    """Return a submitted case with these answers."""
    case = await make_draft(no, region, answers)
    return await send_in(case, citizen(await make_person(no)))


async def ended(*, passed: bool = True, no: str = "ms-01", mail: bool = True) -> Case:
    """Return a decided case of Meishan whose person wanted the result by mail, or not."""
    return await make_decided(await sent_in(MAIL if mail else ANSWERS, no=no), passed=passed)


async def envelope(case: Case) -> Delivery:
    """Return the envelope of a case as it is now."""
    return must(await envelopes.latest(case))
