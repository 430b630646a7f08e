"""参保信息: shown from the register of the insured, to be read only; the step has no questions."""

from portal.questions.model import Question, Step
from portal.questions.rules import required

SEEN = Question(
    name="insurance_seen",
    label="参保信息",
    control="checkbox",
    rules=(required("请看一看参保信息对不对，再点下一步。"),),
    show=lambda _answer: "已核对",
    examples=("yes",),
    counterexamples={"required": ""},
)

INSURANCE = Step(
    slug="insurance", title="参保信息", note="看一看对不对", minutes=1, questions=(SEEN,), page="insurance"
)
