"""What may be said of a benefit today: whether it has begun, runs, or is over.

A decision stays what it was, a benefit does not. Every page, letter and list that speaks of one asks here, so that none
of them calls granted what has been revoked, has ended or has not begun.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from portal.cases.benefits.benefit import OVER, Benefit, of_case
from portal.cases.life.case import Case
from portal.cases.life.moves import GRANTED, State
from portal.cases.life.words import REREVIEW
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.regions.load import REGIONS

Word = Literal["active", "renewing", "pending_effective", "suspended", "expired", "revoked", "terminated"]


class Words(msgspec.Struct, frozen=True):
    """How one standing is said: in a list, after the name of the disease, in the seal, and in a sentence.

    The sentence has places for the ``first`` and ``last`` day of the benefit and the ``hotline`` of its city.
    """

    listed: str
    verdict: str
    seal: str
    sentence: str
    for_good: str = ""  # the sentence for a benefit without a last day, where it differs


SAID: dict[str, Words] = {
    "active": Words(
        "享受中",
        "认定通过",
        "认定通过",
        "从 {first} 起可以享受待遇，有效期到 {last}。",
        "从 {first} 起可以享受待遇，长期有效。",
    ),
    "renewing": Words(
        "续期办理中",
        "续期办理中",
        "认定通过",
        "有效期到 {last}。续期还没有办完，办完以前待遇照旧。",
    ),
    "pending_effective": Words(
        "还没到开始日期",
        "通过了，待遇还没开始",
        "准予认定",
        "待遇从 {first} 开始，有效期到 {last}。开始以前看病，还不能按这项待遇报销。",
        "待遇从 {first} 开始，长期有效。开始以前看病，还不能按这项待遇报销。",
    ),
    "suspended": Words(
        "已暂停", "待遇已暂停", "待遇暂停", "这项待遇现在暂停，不能用。为什么、怎样恢复，请打 {hotline} 问。"
    ),
    "expired": Words("已到期", "待遇已到期", "待遇到期", "这项待遇 {last} 到期，现在不能用了。"),
    "revoked": Words(
        "已撤销", "待遇已撤销", "待遇撤销", "这项待遇已经撤销，不能用了。理由和不同意怎么办，写在撤销决定书里。"
    ),
    "terminated": Words("已终止", "待遇已终止", "待遇终止", "复审没有通过，这项待遇到 {last} 为止，现在不能用了。"),
}


NOT_YET = "待遇还没开始，到了开始那天才能用"


class Standing(msgspec.Struct, frozen=True):
    """How a benefit stands today."""

    benefit: Benefit
    word: Word

    @property
    def words(self) -> Words:
        """How it is said."""
        return SAID[self.word]

    @property
    def sentence(self) -> str:
        """What the person should know."""
        benefit = self.benefit
        text = self.words.sentence if benefit.ends_on else self.words.for_good or self.words.sentence
        hotline = REGIONS[benefit.region].hotline
        return Said(text, first=benefit.starts_on, last=benefit.ends_on or "", hotline=hotline)

    @property
    def runs(self) -> bool:
        """Whether the person can use it today."""
        return self.word in ("active", "renewing")

    @property
    def to_come(self) -> bool:
        """Whether it begins on a later day."""
        return self.word == "pending_effective"

    @property
    def holds(self) -> bool:
        """Whether papers that prove it still do: it runs, or will."""
        return self.runs or self.to_come

    @property
    def over(self) -> bool:
        """Whether it has ended for good, so that nothing is left to revoke."""
        return self.word in OVER

    @property
    def no_proof(self) -> str:
        """Why papers that prove the benefit prove nothing today; empty while they do."""
        if self.runs:
            return ""
        return NOT_YET if self.to_come else Said("{verdict}，这份文书不能再用", verdict=self.words.verdict)


def standing(benefit: Benefit) -> Standing:
    """Return how *benefit* stands today."""
    return Standing(benefit, benefit.state_on(clock.today()))  # type: ignore[arg-type]


def standing_among(case: Case, benefits: Sequence[Benefit]) -> Standing | None:
    """Return how the benefit that *case* gave or re-reviewed stands, if it is among *benefits*; None if it gave none.

    Of several, the one that can be used longest speaks for the case.
    """
    if case.at not in GRANTED:
        return None
    again = case.parent_benefit if case.kind == REREVIEW else ""
    given = [standing(benefit) for benefit in benefits if benefit.case_id == case.id or benefit.id == again]
    return min(given, key=lambda one: list(SAID).index(one.word), default=None)


# D92: pages, lists and the check of a letter ask here, and never the state of the case.
async def standing_of(case: Case) -> Standing | None:
    """Return how the benefit that *case* gave or re-reviewed stands; None if it gave none."""
    return standing_among(case, await of_case(case)) if case.at in GRANTED else None


def state_words(case: Case, given: Standing | None) -> str:
    """Return the state of *case* in words, which are those of the benefit *given* once they differ."""
    if given is None or given.word == "active" or (case.at is State.PARTLY_APPROVED and given.holds):
        return case.city.label(case.state)
    return given.words.verdict
