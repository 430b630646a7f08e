"""What is still open about the papers of a case when it is accepted: what the form alone can tell."""

from collections.abc import Sequence

from portal.cases.life.case import Case, answers_of
from portal.core.tools.i18n import Said, listed
from portal.documents.keep import Document
from portal.questions.materials import slots


def open_points(case: Case, files: Sequence[Document]) -> list[str]:
    """Return what is missing or must still be looked into, one short clause for each; none if all is there.

    Missing is a paper without a file that is not said to be within another one, also where 暂时没有 was ticked. A
    hospital that is not on the city's list, or not a designated one of the level that the city asks for, must be
    looked into.
    """
    answers = answers_of(case)
    with_files = {file.slot for file in files}
    papers = [
        slot.name
        for slot in slots(case.city, answers)
        if slot.id not in with_files and answers.get(f"within.{slot.id}") != "yes"
    ]
    missing = [Said("还没有交{papers}", papers=listed(papers))] if papers else []
    return [*missing, *_about_hospital(case, answers.get("hospital", ""))]


def _about_hospital(case: Case, named: str) -> list[str]:
    asks = [material for material in case.city.rules.materials if material.designated_hospital]
    if not asks or not named:
        return []
    hospital = case.city.hospitals.get(named)
    level = max(material.hospital_level_min for material in asks)
    if hospital and hospital.designated and hospital.level >= level:
        return []
    return ["诊断医院是不是符合规定，还要核对"]
