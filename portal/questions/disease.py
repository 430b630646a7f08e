"""申请病种: the disease applied for, always an item of the region's catalogue."""

from functools import lru_cache

from portal.questions.model import Choice, Question, Step
from portal.questions.rules import required
from portal.regions.load import Region


@lru_cache(100)  # bounded: a region that the policy desk has replaced must leave the cache
def of_catalogue(region: Region) -> list[Choice]:
    """Return the diseases of *region*, in the order of its catalogue."""
    return [Choice(disease.code, disease.name_zh) for disease in region.diseases.values()]


DISEASE = Question(
    name="disease",
    label="您要申请哪个病种？",
    hint="一次申请一个病种。不确定就看诊断证明上写的病名。",
    control="radios",
    choices=of_catalogue,
    rules=(required("请选一个病种。"),),
    examples=("M03900", "M01600"),
    counterexamples={"required": ""},
)

DISEASES = Step(slug="disease", title="申请病种", note="从目录里选一个", minutes=2, questions=(DISEASE,))
