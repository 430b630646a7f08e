"""A good set of answers, in one place: a new required question is answered here, and nowhere else in the tests.

Each answer is kept as the portal stores it, with the words that a person finds at its field on the page.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

# How an answer is given. `hidden`: the page sends it along. `offered`: the page has filled it in already.
How = Literal["hidden", "offered", "typed", "dated", "chosen", "ticked"]


class Answer(NamedTuple):
    """An answer to one question."""

    name: str
    stored: str
    how: How
    words: str = ""  # at the field; of a choice, the beginning of the words of the option


class Step(NamedTuple):
    """A page of questions: its heading, and an answer to each question that must be answered, perhaps to others."""

    heading: str
    answers: tuple[Answer, ...]


STEPS: Mapping[str, Step] = {
    "insurance": Step("参保信息", (Answer("insurance_seen", "yes", "hidden"),)),
    "person": Step("申请人信息", (Answer("mobile", "13800000101", "offered"),)),
    "disease": Step("申请病种", (Answer("disease", "M01600", "chosen", "糖尿病"),)),
    "diagnosis": Step(
        "确诊情况",
        (
            Answer("hospital", "眉山市人民医院", "typed", "在哪家医院确诊的？"),
            Answer("diagnosed_on", "2026-03-16", "dated", "哪天确诊的？"),
            Answer("treatment", "吃药", "typed", "现在怎么治疗？"),
        ),
    ),
    "form": Step("申请表", (Answer("form_way", "fill_online", "chosen", "用系统自动生成的申请表"),)),
    "delivery": Step(
        "结果怎么给您",
        (
            Answer("delivery", "certificate", "chosen", "只要电子认定证明"),
            Answer("electronic_delivery", "yes", "ticked", "同意电子送达"),
        ),
    ),
    "notify": Step(
        "通知谁",
        (
            Answer("notify_channel", "sms", "chosen", "短信 受理、补正、结果都会发短信。"),
            Answer("notify_mobile", "13800000101", "offered"),
        ),
    ),
}
# The page of materials stands between them: it takes files, not answers.
BEFORE_MATERIALS = ("insurance", "person", "disease", "diagnosis", "form")
AFTER_MATERIALS = ("delivery", "notify")


def fields(*slugs: str, offered: bool = True) -> dict[str, str]:
    """Return what is posted for the steps *slugs* beside hidden fields; without *offered*, what a person gives."""
    page_gives = {"hidden"} if offered else {"hidden", "offered"}
    answers = (answer for slug in slugs for answer in STEPS[slug].answers)
    return dict(field for answer in answers if answer.how not in page_gives for field in fields_of(answer))


def fields_of(answer: Answer) -> Iterator[tuple[str, str]]:
    """Yield the fields in which an answer is posted: a day has three."""
    if answer.how != "dated":
        yield answer.name, answer.stored
        return
    for part, number in zip(("year", "month", "day"), answer.stored.split("-"), strict=True):
        yield f"{answer.name}-{part}", number.lstrip("0")


# What a draft holds after all steps were answered.
ANSWERS: dict[str, str] = {
    **{answer.name: answer.stored for step in STEPS.values() for answer in step.answers},
    **{f"done.{slug}": "yes" for slug in STEPS},
}
