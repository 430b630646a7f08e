"""What the page of one delegation says: for whom, how it stands, which cases, what comes next."""

import msgspec

from portal.accounts.delegation import ROUTES, SCOPES
from portal.accounts.delegation_states import STATES
from portal.cases.apply.acting import cases_under, may_see, over
from portal.cases.apply.renewal import chance
from portal.cases.benefits.benefit import benefits_of
from portal.cases.benefits.standing import standing_of
from portal.cases.life.case import answers_of, case_by_id
from portal.citizen.delegations.my_delegation import MyDelegation
from portal.citizen.shared.case_row import CaseRow, case_row
from portal.core.tools.i18n import Said

# The kind of the status in each state; in any other it waits for nobody.
STATUS = {
    "active": "done",
    "asked": "yours",
    "rejected": "yours",
    "uploaded": "now",
    "offered": "now",
    "held": "wait",
    "proposed": "todo",
}


class Renewable(msgspec.Struct, frozen=True):
    """A benefit of the principal that the proxy may have renewed or looked at again now."""

    disease: str
    address: str


class DelegationView(msgspec.Struct, frozen=True):
    """One delegation with what belongs to it."""

    mine: MyDelegation
    state: str
    cases: list[CaseRow]
    renewable: list[Renewable]

    @property
    def lead(self) -> Said:
        """Who acts for whom."""
        if self.mine.may_accept:
            return Said("{name} 请您帮忙办门诊待遇。", name=self.mine.principal.name)
        if self.mine.ended:
            return self._ended
        if self.mine.as_proxy:
            return Said("您替 {name} 办门诊待遇。", name=self.mine.principal.name)
        return Said("{name} 替您办门诊待遇。", name=self.mine.proxy.masked_name)

    @property
    def _ended(self) -> Said:
        """What happened, and what follows from it for who looks."""
        mine = self.mine
        if not mine.as_proxy:
            return Said("{name} 不能替您办了。已经提交的申请照常办理，请您自己接着办。", name=mine.proxy.masked_name)
        if self.state == "refused" and mine.delegation.reported:
            words = "对方说不认识您，您不能替 {name} 办了。弄错了的话，请打 {hotline}。"
        elif mine.may_switch:
            words = "{name} 没有同意您代办，申请还没有提交。填的内容都在，可以改用委托书。"
        elif self.state == "refused" and mine.delegation.route == "offer":
            words = "您没有接受 {name} 的委托。"
        elif self.state == "refused":
            words = "这份委托没有通过，您不能替 {name} 办了。已经提交的申请照常办理，由本人接着办。"
        elif self.state == "expired":
            words = "这份委托到期了，您不能再替 {name} 查看或办理。已经提交的申请照常办理，由本人接着办。"
        else:
            words = "这份委托已经结束，您不能再替 {name} 查看或办理。已经提交的申请照常办理，由本人接着办。"
        return Said(words, name=mine.principal.name, hotline=mine.region.phone)

    @property
    def may_ask_anew(self) -> bool:
        """Whether the proxy is led to a new delegation for the same person."""
        mine = self.mine
        return mine.as_proxy and mine.ended and not mine.may_switch and not mine.delegation.reported

    @property
    def status(self) -> str:
        """The kind of its status."""
        return "yours" if self.mine.may_accept else STATUS.get(self.state, "wait")

    @property
    def words(self) -> str:
        """How it stands."""
        return STATES[self.state]

    @property
    def proof(self) -> str:
        """How it is proved."""
        return ROUTES[self.mine.delegation.route]

    @property
    def scopes(self) -> list[str]:
        """What it covers, in words."""
        return [SCOPES[scope] for scope in self.mine.delegation.scopes]

    @property
    def disease(self) -> str:
        """The strictly private disease that it names, or an empty text; its code, if it has left the catalogue."""
        code = self.mine.delegation.disease
        disease = self.mine.region.diseases.get(code)
        return disease.name_zh if disease else code

    @property
    def waits_for(self) -> str:
        """What the person who began it waits for; empty if nothing is awaited."""
        days = self.mine.region.rules.proxy.consent_days
        if self.state == "offered" and not self.mine.as_proxy:
            return Said("已经告诉对方，{n} 天内有效。对方同意以后，才能替您办。", n=days)
        if self.state == "asked" and self.mine.as_proxy:
            return Said("已经发短信请本人确认，{n} 天内有效。本人同意以后才算提交。", n=days)
        return ""

    @property
    def shows_letter(self) -> bool:
        """Whether the proxy is led to the letter that has to be signed."""
        by_letter = self.mine.delegation.route == "letter"
        return self.mine.as_proxy and by_letter and self.state in LETTER_IN_WORK

    @property
    def goes_on(self) -> bool:
        """Whether a draft has been begun."""
        return any(case.draft for case in self.cases)


LETTER_IN_WORK = ("proposed", "held", "rejected", "uploaded")


async def delegation_view(mine: MyDelegation) -> DelegationView:
    """Return what the page of *mine* says."""
    cases = await cases_under(mine.delegation) if mine.may_look else []
    if mine.as_proxy:
        cases = [case for case in cases if may_see(mine.delegation, answers_of(case).get("disease", ""))]
    return DelegationView(
        mine=mine,
        state=mine.state,
        cases=[case_row(case, await standing_of(case)) for case in cases],
        renewable=await _renewable(mine) if mine.as_proxy else [],
    )


async def _renewable(mine: MyDelegation) -> list[Renewable]:
    renewable = []
    for benefit in await benefits_of(mine.principal.id, mine.region.id):
        case = await case_by_id(benefit.case_id)
        if case and await over(benefit, mine.proxy.id, "apply") and (await chance(benefit)).begins:
            disease = case.city.diseases[benefit.code].name_zh
            renewable.append(Renewable(disease, f"/{benefit.region}/benefits/{benefit.id}/renewals/new"))
    return renewable
