"""结果怎么给您: how the result reaches the person: always electronically, also by mail where the region sends mail."""

from portal.questions.insured_person import MOBILE
from portal.questions.model import Answers, Choice, Question, Rule, Step
from portal.questions.rules import at_most, matches, name_error, narrow, required, tidy_name
from portal.regions.load import Region


def offered(region: Region) -> list[Choice]:
    """Return the ways in which *region* delivers a result."""
    ways = [Choice("certificate", "只要电子认定证明", "办完就能在网上看、下载，和纸质的一样有效。")]
    if sends_mail(region):
        ways.append(Choice("mail", "电子认定证明，再寄一份纸质的", "寄到您填的地址。"))
    return ways


def by_mail(_region: Region, answers: Answers) -> bool:
    """Return whether the person chose to receive the result by mail."""
    return answers.get("delivery") == "mail"


def sends_mail(region: Region) -> bool:
    """Return whether *region* sends results by mail."""
    return region.rules.delivery.mail


def of_service(region: Region) -> list[Choice]:
    """Return the answers to electronic service: yes, and no with what *region* does in that case."""
    refused = region.rules.delivery.refused_zh or "不同意也能办：文书都能在网上看、能打印。"
    agreed = "结果一放进您的账号就算您收到了，申诉的天数从那天算起。我们会发短信提醒您。随时可以在设置里撤回。"
    return [Choice("yes", "同意电子送达", agreed), Choice("", "不同意电子送达", refused)]


def asked_of(_region: Region, answers: Answers) -> bool:
    """Return whether the applicant may agree to electronic service; a proxy who may not receive letters may not."""
    return answers.get("receives") != "no"


IF_MAIL = "（选了邮寄才填）"
SERVICE_VERSION = "2026-12"  # version of the consent text

DELIVERY = Question(
    name="delivery",
    label="结果怎么给您？",
    noun="领取结果的方法",
    control="radios",
    choices=offered,
    rules=(required("请选一种领取结果的方法。"),),
    examples=("certificate",),
    counterexamples={"required": ""},
)

RECIPIENT = Question(
    name="recipient",
    label="收件人姓名",
    control="text",
    asked_if=by_mail,
    only_if=IF_MAIL,
    offered=sends_mail,
    autocomplete="name",
    rules=(
        required("请填写收件人姓名。"),
        Rule("format", lambda answer: not name_error(answer), "收件人姓名里只能有汉字、字母和点“·”。请再检查一次。"),
    ),
    tidy=tidy_name,
    examples=("张三", "阿卜杜热西提·买买提"),
    counterexamples={"required": "", "format": "张3"},
)

RECIPIENT_MOBILE = Question(
    name="recipient_mobile",
    label="收件人手机号码",
    control="tel",
    asked_if=by_mail,
    only_if=IF_MAIL,
    offered=sends_mail,
    autocomplete="tel",
    numeric=True,
    rules=(required("请填写收件人手机号码。"), *MOBILE.rules[1:]),
    tidy=MOBILE.tidy,
    show=MOBILE.show,
    examples=MOBILE.examples,
    counterexamples=MOBILE.counterexamples,
)

POSTAL_ADDRESS = Question(
    name="postal_address",
    label="收件地址",
    hint="省、市、区县、街道和门牌号；农村写到村、组；团场写到连队。",
    control="textarea",
    asked_if=by_mail,
    only_if=IF_MAIL,
    offered=sends_mail,
    autocomplete="street-address",
    rules=(
        required("请填写收件地址。"),
        matches(r"(?s).{8,}", "地址还不完整。请写到门牌号；农村写到村、组；团场写到连队。"),
        at_most(200, "地址太长了，请写 200 个字以内。"),
    ),
    tidy=narrow,
    examples=("四川省眉山市东坡区苏祠路 1 号 2 单元 301",),
    counterexamples={"required": "", "format": "苏祠路", "length": "长" * 201},
)

# D75: declared as a question, so that its check, its review row and its line at the desk are derived like all others.
ELECTRONIC = Question(
    name="electronic_delivery",
    label="电子送达",
    control="checkbox",
    optional=True,
    choices=of_service,
    asked_if=asked_of,
    examples=("yes", ""),
)

RECEIVING = Step(
    slug="delivery",
    title="结果怎么给您",
    note="电子证明或邮寄",
    minutes=1,
    questions=(DELIVERY, RECIPIENT, RECIPIENT_MOBILE, POSTAL_ADDRESS, ELECTRONIC),
)
