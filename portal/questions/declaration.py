"""承诺与签名: the declaration and the signature, asked on the last page and never saved in the draft."""

from portal.core.tools.i18n import Said
from portal.questions.model import Question, Rule, Step
from portal.questions.rules import required, tidy_name

DECLARATION = Question(
    name="declared",
    label="我填写的内容和上传的材料都是真实的。我知道，提供假材料要承担法律责任。",
    control="checkbox",
    rules=(required("请先看声明，同意后打勾。"),),
    examples=("yes",),
    counterexamples={"required": ""},
)

SIGNATURE = Question(
    name="signature",
    label="签名",
    control="text",
    rules=(required("请输入您的姓名，作为签名。"),),
    tidy=tidy_name,
    examples=("张丽",),
    counterexamples={"required": ""},
)

SIGNING = Step(slug="signature", title="确认签名", note="输入姓名，提交", minutes=1, questions=(DECLARATION, SIGNATURE))


def signed_by(name: str) -> Rule:
    """Require the typed name to be *name*, the signer's own; a proxy signs with the proxy's name."""
    return Rule("name", lambda answer: answer == name, Said("签名要和您的姓名一样：{name}。", name=name))
