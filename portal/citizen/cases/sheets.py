"""Letters as their citizen reads them: what one says with its QR code, and those that tell a result."""

import msgspec
from markupsafe import Markup

from portal.cases.life.case import Case, answers_of
from portal.cases.result import decision
from portal.cases.result.decision import Decided
from portal.letters import letter as letters
from portal.letters.issue import Content
from portal.letters.letter import Letter
from portal.regions.catalogue import Disease

NUMBER = "编号"  # the row of a receipt that its page shows in large type above the others


class Sheet(msgspec.Struct, frozen=True):
    """A letter, opened."""

    letter: Letter
    content: Content
    qr: Markup

    @property
    def rows_below_the_number(self) -> list[tuple[str, str]]:
        """The rows of a receipt without its number."""
        return [(label, value) for label, value in self.content.rows if label != NUMBER]


class Result(msgspec.Struct, frozen=True):
    """What was decided, and the letters that say so."""

    diseases: list[tuple[Disease, Decided]]
    disease: str  # the name of the one that was applied for
    letters: list[Letter]
    certificate: Sheet | None
    refusal: Sheet | None

    @property
    def reason(self) -> str:
        """The second paragraph of the refusal, which gives the reason."""
        return self.refusal.content.body[1] if self.refusal else ""


def sheet(letter: Letter) -> Sheet:
    """Return *letter*, opened."""
    content = letter.opened()
    return Sheet(letter, content, letters.qr(content.verify_at))


def receipt_among(case_letters: list[Letter]) -> Letter | None:
    """Return the latest receipt among the letters of a case; None if there is none."""
    return next((letter for letter in reversed(case_letters) if letter.kind == "L01"), None)


async def result(case: Case) -> Result:
    """Return what was decided on *case*."""
    case_letters = await letters.letters(case.id)
    certificate = letters.certificate_among(case_letters)
    refusal = next((letter for letter in case_letters if letter.kind == "L11"), None)
    catalogue = case.city.diseases
    applied_for = catalogue.get(answers_of(case).get("disease", ""))
    return Result(
        diseases=[(catalogue[decided.code], decided) for decided in await decision.diseases(case)],
        disease=applied_for.name_zh if applied_for else "",
        letters=[letter for letter in case_letters if not letter.void],
        certificate=sheet(certificate) if certificate else None,
        refusal=sheet(refusal) if refusal else None,
    )
