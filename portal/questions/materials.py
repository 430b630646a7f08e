"""上传材料: the materials to upload, computed from the region, the disease and who applies.

A *slot* is a row of the page: one material, or one of the parts that a material must contain. A slot
holds any number of files. A required slot without files blocks submitting; the others accept 暂时没有.
"""

from functools import lru_cache

import msgspec

from portal.core.tools.i18n import Said, listed
from portal.questions.model import Answers, Step
from portal.regions.load import Region

KINDS = {
    "exam_report": "检查报告",
    "lab_report": "检验报告",
    "diagnosis_certificate": "病情诊断证明",
    "treatment_plan": "治疗方案",
    "inpatient_record": "住院病历",
    "outpatient_record": "门诊病历",
    "discharge_summary": "出院小结",
    "id_card": "身份证",
    "household_register": "户口簿",
    "social_security_card": "社保卡",
    "e_credential": "医保电子凭证（不要截二维码）",
    "other": "其他有效证件",
}

WHY = {
    "authorization_letter": "在“委托”页上打印，请对方签名或按手印，您也签名，再拍照上传。",
    "proxy_identity": "您自己的身份证，正反两面。",
    "guardian_identity": "您自己的身份证，正反两面。",
    "relationship_proof": "要看得出您和孩子的关系：户口簿两个人的页，或者出生医学证明。",
}

# Self-checks that people tick before they go on. No rule depends on them; reviewers see them at the desk.
SELF_CHECKS = {
    "checked.whole": "每一页都传了，没有缺页",
    "checked.clear": "每一页的字都看得清",
    "checked.stamp": "要盖章的都看得见医院公章",
}


def self_checks(region: Region) -> dict[str, str]:
    """Return the self-checks of *region*: about the stamp only where the city publishes that it wants one."""
    stamped = any(material.stamp_required for material in region.rules.materials)
    return {name: words for name, words in SELF_CHECKS.items() if stamped or name != "checked.stamp"}


def published_examples(region: Region) -> list[tuple[str, str]]:
    """Return ``(material, its published examples)`` in the words and order in which *region* published them."""
    return [
        (material.name_zh, listed(material.examples_zh)) for material in region.rules.materials if material.examples_zh
    ]


MATERIALS = Step(slug="materials", title="上传材料", note="拍照或选文件", minutes=5, page="materials")


class Slot(msgspec.Struct, frozen=True):
    """A row of the materials page; *id* is its key in addresses and in `document.slot`."""

    id: str
    material: str
    name: str
    why: str
    required: bool
    stamp: bool = False


def slots(region: Region, answers: Answers) -> tuple[Slot, ...]:
    """Return the slots of an application with these *answers*, in page order.

    The application form is a slot only if the person chose to fill it in on paper.
    """
    disease = answers.get("disease", "")
    on_paper = answers.get("form_way") == "download_fill_upload"
    return _slots(region, disease if disease in region.diseases else "", answers.get("acting", ""), on_paper)


@lru_cache(2000)  # building the words of the slots costs more than a page should
def _slots(region: Region, disease: str, acting: str, on_paper: bool) -> tuple[Slot, ...]:
    return tuple(
        slot
        for material in region.rules.materials
        if material.necessity != "conditional" or _of_proxy(material.id, material.when, acting)
        if material.id != "application_form" or on_paper
        for slot in _slots_of(region, material.id, disease)
    )


def _of_proxy(id: str, when: str, acting: str) -> bool:
    """Return whether a proxy acting by *acting* must upload material *id* (letter, guardian's proof, or neither)."""
    if acting == "online":
        return when == "proxy" and id != "authorization_letter"
    return when == {"letter": "proxy", "guardian": "guardian"}.get(acting, "never")


def names(region: Region) -> dict[str, str]:
    """Return ``{slot id: name}`` of all slots that an application in *region* can have."""
    ways = [{"form_way": "download_fill_upload", "acting": acting} for acting in ("letter", "guardian")]
    return {slot.id: slot.name for answers in ways for slot in slots(region, answers)}


def _slots_of(region: Region, id: str, disease: str) -> list[Slot]:
    material = region.material(id)
    if not material.must_contain:
        names = [KINDS[kind] for kind in material.any_of]
        why = Said("{names}，任选一样。身份证要正反两面。", names=listed(names)) if names else WHY.get(id, "")
        return [Slot(id, id, material.name_zh, why, required=True)]
    return [
        Slot(
            id=f"{id}.{kinds[0]}",
            material=id,
            name=listed((KINDS[kind] for kind in kinds), "{first}或{rest}"),
            why=_why(region, kinds[0], disease),
            required=False,
            stamp=material.stamp_required,
        )
        for kinds in material.must_contain
    ]


def _why(region: Region, kind: str, code: str) -> str:
    disease = region.diseases.get(code)
    if kind != "exam_report" or disease is None:
        return ""
    evidence = listed(disease.evidence_zh, "{first}；{rest}")
    return Said("{disease}一般要：{evidence}。", disease=disease.name_zh, evidence=evidence)


def missing(region: Region, answers: Answers, held: set[str]) -> tuple[list[Slot], list[Slot]]:
    """Return the empty slots that block submitting, and the empty slots that do not.

    Args:
        region: whose list of materials counts.
        answers: ``without.<slot>`` says 暂时没有 for a slot, ``within.<slot>`` that another file contains it.
        held: the ids of the slots with at least one good file.

    If no part of a material is required, the material still needs a good file in one of its parts.
    """
    rows = slots(region, answers)
    with_files = {slot.material for slot in rows if slot.id in held}
    blocking = [slot for slot in rows if slot.required and slot.id not in held]
    blocking += [
        next(slot for slot in rows if slot.material == material)
        for material in dict.fromkeys(slot.material for slot in rows if not slot.required)
        if material not in with_files
    ]
    open_ = [
        slot
        for slot in rows
        if not slot.required
        and slot not in blocking
        and slot.id not in held
        and answers.get(f"without.{slot.id}") != "yes"
        and answers.get(f"within.{slot.id}") != "yes"
    ]
    return blocking, open_


def why_missing(slot: Slot, region: Region, *, blocks: bool) -> str:
    """Return the sentence for an empty slot; *blocks* says that no tick can stand for a file there."""
    if slot.required:
        return Said("还没有传{name}。", name=slot.name)
    if blocks:
        return Said("{material}至少要传一样，不能都勾“暂时没有”。", material=region.material(slot.material).name_zh)
    return Said("还没有{name}。请上传；没有的话，在这一项勾“暂时没有”。", name=slot.name)
