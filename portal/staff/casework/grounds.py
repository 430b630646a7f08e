"""What a decision rests on: each criterion with the finding, the page that proves it, and what the experts found."""

from collections.abc import Mapping, Sequence

import msgspec

from portal.accounts.staff import member
from portal.cases.experts.seats import given, seats
from portal.cases.life.case import Case
from portal.cases.result.decision import Decided, Proof
from portal.cases.result.opinion import FINDINGS, Opinion, opinion_of
from portal.core.tools.i18n import Said
from portal.core.web.forms import Form
from portal.regions.criteria import Criteria
from portal.staff.casework.viewer import Viewer

MARKS: dict[str, str] = {"met": "符合", "unmet": "不符合"}  # what the reviewer marks
NOT_MARKED = "没有标"


class Page(msgspec.Struct, frozen=True):
    """A page of a paper that may prove a criterion."""

    file: str
    leaf: int
    name: str  # of the paper and the page, in words

    @property
    def value(self) -> str:
        """What a form sends for it."""
        return f"{self.file}.{self.leaf}"

    @property
    def query(self) -> str:
        """The query that shows it in the viewer."""
        return f"file={self.file}&leaf={self.leaf}"


class Ground(msgspec.Struct, frozen=True):
    """One criterion: the reviewer's finding, the page that proves it, the findings of the experts."""

    number: int
    text: str
    finding: str  # in words
    proof: Page | None
    experts: list[str]


def pages_of(viewer: Viewer | None) -> list[Page]:
    """Return every page of the papers that the viewer shows."""
    if viewer is None:
        return []
    return [
        Page(file.id, leaf, Said("{name}：{file}，第 {n} 页", name=viewer.name(file), file=file.name, n=leaf))
        for file in viewer.files
        for leaf in range(1, file.pages + 1)
    ]


def proofs_in(form: Form, disease: Decided, criteria: Criteria | None, pages: Sequence[Page]) -> dict[str, Proof]:
    """Return what is marked in a posted *form* for each criterion, by its number; only *pages* of the case count."""
    known = {page.value: page for page in pages}
    found = {}
    for number, _ in criteria.numbered() if criteria else ():
        finding = form[f"finding-{disease.id}-{number}"]
        page = known.get(form[f"proof-{disease.id}-{number}"])
        if finding in MARKS:
            found[str(number)] = Proof(finding, page.file if page else "", page.leaf if page else 0)
    return found


async def grounds(case: Case, disease: Decided, criteria: Criteria | None, pages: Sequence[Page]) -> list[Ground]:
    """Return what the proposal for *disease* rests on, criterion by criterion."""
    if criteria is None:
        return []
    known = {(page.file, page.leaf): page for page in pages}
    opinions = await _opinions(case, disease.code)
    shown = []
    for number, text in criteria.numbered():
        marked = disease.proofs.get(str(number))
        shown.append(
            Ground(
                number=number,
                text=text,
                finding=MARKS[marked.finding] if marked else "" if opinions else NOT_MARKED,
                proof=known.get((marked.file, marked.leaf)) if marked else None,
                experts=[
                    Said("{name}：{words}", name=name, words=FINDINGS[opinion.findings[number]])
                    for name, opinion in opinions
                ],
            )
        )
    return shown


async def _opinions(case: Case, code: str) -> list[tuple[str, Opinion]]:
    """Return ``(name of the expert, opinion)`` on the disease *code* for each opinion given."""
    found = []
    for seat in given(await seats(case.id)):
        expert = await member(seat.expert)
        found.append((expert.name if expert else "已停用的专家", opinion_of(seat)[code]))
    return found


def typed_or_marked(form: Mapping[str, str], disease: Decided, number: int) -> tuple[str, str]:
    """Return finding and proof of a criterion as the form shows them: as typed, else as marked in the last proposal."""
    finding, proof = f"finding-{disease.id}-{number}", f"proof-{disease.id}-{number}"
    if finding in form or proof in form or f"verdict-{disease.id}" in form:
        return form.get(finding, ""), form.get(proof, "")
    marked = disease.proofs.get(str(number))
    return (marked.finding, f"{marked.file}.{marked.leaf}") if marked else ("", "")
