"""委托信息: the questions about a delegation: the principal, the relation, the proof and the dates."""

from dataclasses import replace

from portal.core.tools import clock
from portal.questions.insured_person import MOBILE
from portal.questions.model import Answers, Choice, Question, Rule, Step
from portal.questions.rules import day as day_in
from portal.questions.rules import (
    long_day,
    name_error,
    real_day,
    required,
    resident_number_error,
    tidy_day,
    tidy_name,
    tidy_number,
)
from portal.regions.load import Region

NO_PRIVATE = "none"  # the answer that the delegation names no strictly private disease
ROUTES = {
    "online": Choice("online", "本人用短信确认", "填好以后，给本人发短信。本人用自己的手机同意，才算提交。"),
    "letter": Choice("letter", "上传授权委托书", "本人签名或按手印。再传两个人的身份证明，由经办机构核验。"),
    "guardian": Choice("guardian", "我是监护人", "给未成年的孩子办。传关系证明，不用委托书。"),
}

# Acts that a city lets people delegate and that nobody can do here yet. Delegations made earlier may name them.
WITHOUT_A_PAGE = ("appeal",)


def routes(region: Region) -> list[Choice]:
    """Return the proofs that *region* accepts; the principal's confirmation only where it replaces the letter."""
    return [choice for name, choice in ROUTES.items() if name != "online" or own_word(region)]


def own_word(region: Region) -> bool:
    """Return whether the principal's own confirmation is proof enough in *region*, without a letter."""
    return region.rules.proxy.online_consent == "instead_of_letter"


def scopes(region: Region) -> tuple[str, ...]:
    """Return what a delegation can cover in *region*, as far as the portal has a page where the proxy would do it."""
    return tuple(scope for scope in region.rules.proxy.scopes if scope not in WITHOUT_A_PAGE)


def relations(region: Region) -> list[Choice]:
    """Return the relations to the principal that a proxy can state in *region*."""
    return [Choice(name, name) for name in region.rules.proxy.relations_zh]


def private_diseases(region: Region) -> list[Choice]:
    """Return the diseases that a proxy may handle only if the delegation names them, and none of them."""
    strict = [disease for disease in region.diseases.values() if disease.privacy == "strict"]
    return [*(Choice(disease.code, disease.name_zh) for disease in strict), Choice(NO_PRIVATE, "都不是")]


def has_private_diseases(region: Region, _answers: Answers) -> bool:
    """Return whether *region* has a disease that a proxy may handle only if the delegation names it."""
    return len(private_diseases(region)) > 1


NAME = Question(
    name="principal_name",
    label="对方（委托人）的姓名",
    hint="要和身份证上的一样。",
    control="text",
    rules=(
        required("请填写对方的姓名。"),
        Rule("format", lambda answer: not name_error(answer), "姓名里只能有汉字、字母和点“·”。请对照身份证再填一次。"),
    ),
    tidy=tidy_name,
    examples=("徐文", "阿卜杜热西提·买买提"),
    counterexamples={"required": "", "format": "徐3"},
)

ID_NUMBER = Question(
    name="principal_number",
    label="对方的身份证号",
    control="text",
    rules=(
        required("请填写对方的身份证号。"),
        Rule(
            "format",
            lambda answer: not resident_number_error(answer),
            "身份证号不对：应该是 18 位，最后一位可能是字母 X。请对照身份证，一位一位检查。",
        ),
    ),
    tidy=tidy_number,
    examples=("511400198405050102",),
    counterexamples={"required": "", "format": "511400198405050103"},
)

PRINCIPAL_MOBILE = Question(
    name="principal_mobile",
    label="对方的手机号码",
    hint="没有就不填。我们会把办理进度也告诉对方。",
    control="tel",
    optional=True,
    numeric=True,
    rules=MOBILE.rules[1:],
    tidy=MOBILE.tidy,
    show=MOBILE.show,
    examples=MOBILE.examples,
    counterexamples={"format": "1380013"},
)

RELATION = Question(
    name="relation",
    label="您是对方的什么人？",
    control="radios",
    choices=relations,
    rules=(required("请选您和对方的关系。"),),
    examples=("子女",),
    counterexamples={"required": ""},
)

ROUTE = Question(
    name="route",
    label="怎么证明对方同意您办？",
    control="radios",
    choices=routes,
    rules=(required("请选一种证明的办法。"),),
    examples=("letter",),
    counterexamples={"required": ""},
)

STARTS = Question(
    name="starts_on",
    label="委托从哪天开始？",
    control="date",
    rules=(required("请填写开始的日期。"), real_day("没有这一天。请检查年、月、日。")),
    tidy=tidy_day,
    show=long_day,
    examples=("2026-11-26",),
    counterexamples={"required": "", "day": "2026-13-01"},
)

ENDS = Question(
    name="ends_on",
    label="委托到哪天为止？",
    hint="看委托书上写的日期。",
    control="date",
    rules=(
        required("请填写到期的日期。"),
        real_day("没有这一天。请检查年、月、日。"),
        Rule(
            "past",
            lambda answer: (day_in(answer) or clock.today()) >= clock.today(),
            "这份委托已经过期了。请让对方重新写一份委托书。",
        ),
    ),
    tidy=tidy_day,
    show=long_day,
    examples=("2999-01-01",),
    counterexamples={"required": "", "day": "2026-13-01", "past": "2020-01-01"},
)

PRIVATE = Question(
    name="private_disease",
    label="是不是这几种病？",
    hint="这几种病格外要保密。是的话请选，委托书上会写明；都不是就选“都不是”。",
    control="radios",
    choices=private_diseases,
    asked_if=has_private_diseases,
    rules=(required("请选一项。都不是，就选“都不是”。"),),
    examples=(NO_PRIVATE,),
    counterexamples={"required": ""},
)

ABOUT = Step(
    slug="delegation",
    title="委托信息",
    note="给谁办，怎么证明",
    minutes=3,
    questions=(NAME, ID_NUMBER, PRINCIPAL_MOBILE, RELATION, ROUTE, STARTS, ENDS, PRIVATE),
)

PROXY_NAME = replace(NAME, name="proxy_name", label="替您办的人的姓名")
PROXY_NUMBER = replace(ID_NUMBER, name="proxy_number")
PROXY_MOBILE = replace(
    PRINCIPAL_MOBILE,
    name="proxy_mobile",
    hint="我们发短信告诉对方；在我们这里留过号码的，发到留的那个。",
)
PROXY_RELATION = replace(RELATION, name="proxy_relation", label="对方是您的什么人？")
UNTIL = replace(
    ENDS,
    name="until",
    hint="没到期，您也随时可以撤销。",
    rules=(*ENDS.rules[:2], replace(ENDS.rules[2], message="这一天已经过去了。请填今天或者以后的日期。")),
)
OFFERED_PRIVATE = replace(
    PRIVATE, name="offered_private", hint="这几种病格外要保密。是的话请选，对方才能办；都不是就选“都不是”。"
)

OFFER = Step(
    slug="offer",
    title="委托别人替我办",
    note="请谁办，办什么，到哪天",
    minutes=2,
    questions=(PROXY_NAME, PROXY_NUMBER, PROXY_MOBILE, PROXY_RELATION, UNTIL, OFFERED_PRIVATE),
)


def may_offer(region: Region) -> bool:
    """Return whether a principal may start a delegation: only where their confirmation replaces the letter."""
    return region.rules.proxy.allowed and own_word(region)
