"""Letters as their citizen reads them: what one says with its QR code, and those that tell a result."""

import msgspec
from markupsafe import Markup

from portal.cases.benefits.benefit import of_case
from portal.cases.benefits.standing import Standing, standing
from portal.cases.life.case import Case, answers_of
from portal.cases.life.moves import GRANTED
from portal.cases.result import decision
from portal.cases.result.decision import Decided
from portal.core.tools.i18n import Said
from portal.letters import letter as letters
from portal.letters.issue import Content
from portal.letters.kinds import GRANTING, TAKING_AWAY
from portal.letters.letter import Letter
from portal.regions.catalogue import Disease

VOID = "已随申请取回，作废"
REFUSED = "认定不通过"
NUMBER = "编号"  # the row of a receipt that its page shows in large type above the others


class Sheet(msgspec.Struct, frozen=True):
    """A letter, opened. What it says was true when it was issued; *over* says that it no longer is."""

    letter: Letter
    content: Content
    qr: Markup
    given: Standing | None = None  # how the benefit stands today that the letter grants; None for other letters

    @property
    def rows_below_the_number(self) -> list[tuple[str, str]]:
        """The rows of a receipt without its number."""
        return [(label, value) for label, value in self.content.rows if label != NUMBER]

    @property
    def over(self) -> str:
        """Why the letter is not valid any more, or not yet, in the words of the sheet; else empty."""
        if self.letter.void:
            return VOID
        return self.given.no_proof if self.given else ""

    @property
    def seal(self) -> str:
        """The words of the seal, as long as the benefit holds."""
        return self.given.words.seal if self.given and self.given.holds else ""


class Verdict(msgspec.Struct, frozen=True):
    """What was decided on a disease, and what is true of it today."""

    disease: Disease
    decided: Decided
    given: Standing | None

    @property
    def words(self) -> str:
        """The disease and its verdict."""
        name = self.disease.name_zh
        return Said("{disease}，{verdict}", disease=name, verdict=self.given.words.verdict if self.given else REFUSED)

    @property
    def seal(self) -> str:
        """The words of the seal."""
        return self.given.words.seal if self.given else "不予认定"

    @property
    def holds(self) -> bool:
        """Whether there is a benefit that runs, or will."""
        return self.given is not None and self.given.holds

    @property
    def sentence(self) -> str:
        """What the person should know."""
        return self.given.sentence if self.given else "这次没有通过。理由和不同意怎么办，写在下面的决定书里。"


class Result(msgspec.Struct, frozen=True):
    """What was decided, what is true of it today, and the letters that say so."""

    verdicts: list[Verdict]
    disease: str  # the name of the one that was applied for
    letters: list[Letter]
    certificate: Sheet | None  # while it holds
    refusal: Sheet | None  # or the revocation, once there is one

    @property
    def reason(self) -> str:
        """The second paragraph of the refusal, which gives the reason."""
        return self.refusal.content.body[1] if self.refusal else ""


def sheet(letter: Letter, given: Standing | None = None) -> Sheet:
    """Return *letter*, opened; *given* is how the benefit of its case stands."""
    content = letter.opened()
    return Sheet(letter, content, letters.qr(content.verify_at), given if letter.kind in GRANTING else None)


def receipt_among(case_letters: list[Letter]) -> Letter | None:
    """Return the latest receipt among the letters of a case; None if there is none."""
    return next((letter for letter in reversed(case_letters) if letter.kind == "L01"), None)


async def result(case: Case) -> Result:
    """Return what was decided on *case*, and what is true of it today."""
    case_letters = await letters.letters(case.id)
    given = {one.benefit.code: one for one in map(standing, await of_case(case))} if case.at in GRANTED else {}
    certificate = letters.certificate_among(case_letters)
    holds = [one for one in given.values() if one.holds]
    refusals = [letter for letter in case_letters if letter.kind in TAKING_AWAY]
    catalogue = case.city.diseases
    applied_for = catalogue.get(answers_of(case).get("disease", ""))
    return Result(
        verdicts=[
            Verdict(catalogue[decided.code], decided, given.get(decided.code) if decided.passed else None)
            for decided in await decision.diseases(case)
        ],
        disease=applied_for.name_zh if applied_for else "",
        letters=[letter for letter in case_letters if not letter.void],
        certificate=sheet(certificate, holds[0]) if certificate and holds else None,
        refusal=sheet(refusals[-1]) if refusals else None,
    )
