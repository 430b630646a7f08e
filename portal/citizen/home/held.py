"""A benefit as its person reads it: what it is called, how it stands, whether it can be renewed."""

import msgspec

from portal.cases.apply.renewal import Chance, chance
from portal.cases.benefits.benefit import Benefit
from portal.cases.benefits.standing import Standing, standing
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.regions.load import REGIONS


class HeldBenefit(msgspec.Struct, frozen=True):
    """A benefit of the person who looks."""

    disease: str
    benefit: Benefit
    chance: Chance
    standing: Standing
    sent_in_time: bool  # a renewal that was sent before the last day is not decided yet

    @property
    def address(self) -> str:
        """Where it is renewed."""
        return f"/{self.benefit.region}/benefits/{self.benefit.id}/renewals/new"

    @property
    def words(self) -> str:
        """How it stands."""
        if self.standing.word == "expired" and self.sent_in_time:
            return "续期还没办完"
        return self.standing.words.listed

    @property
    def note(self) -> str:
        """What to do about a benefit that ended before its renewal was decided; else empty."""
        if self.standing.word != "expired" or not self.sent_in_time:
            return ""
        return Said("现在看病能不能报销，请打 {hotline} 问清楚。", hotline=REGIONS[self.benefit.region].hotline)

    @property
    def to_be_reviewed(self) -> bool:
        """Whether the office asks for new evidence, and not the person for more years."""
        return self.chance.word == "asked"


async def held(disease: str, benefit: Benefit) -> HeldBenefit:
    """Return *benefit* for *disease* with what can be done about it."""
    possible = await chance(benefit)
    sent = possible.case.submitted_at if possible.case and possible.case.parent_benefit == benefit.id else None
    return HeldBenefit(
        disease=disease,
        benefit=benefit,
        chance=possible,
        standing=standing(benefit),
        sent_in_time=bool(sent and benefit.ends_on and clock.day_of(sent) <= benefit.ends_on),
    )
