"""Every question proves itself: its examples pass, and each rule has a counterexample with its message."""

import pytest

from portal.questions.catalogue import STEPS, WAY, questions
from portal.questions.model import Question, Rule
from portal.regions.load import REGIONS, Region

MEISHAN = REGIONS["meishan"]
QUESTIONS = [pytest.param(question, id=question.name) for question in questions()]
CHOOSING = [pytest.param(question, id=question.name) for question in questions() if question.choices]
EXAMPLES = [
    pytest.param(question, example, id=f"{question.name}-{example[:20]}")
    for question in questions()
    for example in question.examples
]
RULES = [
    pytest.param(question, rule, id=f"{question.name}-{rule.name}")
    for question in questions()
    for rule in question.rules
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_an_example_and_a_name_of_its_own(question: Question) -> None:
    assert question.examples
    assert [each.name for each in questions()].count(question.name) == 1


@pytest.mark.parametrize(("question", "example"), EXAMPLES)
def test_every_example_passes_and_stays_as_it_is_when_tidied(question: Question, example: str) -> None:
    assert question.error(example, MEISHAN) == ""
    assert question.tidy(example) == example
    assert question.shown(example, MEISHAN)


@pytest.mark.parametrize(("question", "rule"), RULES)
def test_every_rule_has_a_counterexample_that_yields_exactly_its_message(question: Question, rule: Rule) -> None:
    counterexample = question.counterexamples[rule.name]

    assert question.error(counterexample, MEISHAN) == ("" if question.optional and not counterexample else rule.message)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_counterexample_is_left_without_its_rule(question: Question) -> None:
    assert set(question.counterexamples) == {rule.name for rule in question.rules}


@pytest.mark.parametrize(("question", "rule"), RULES)
def test_a_message_is_a_short_sentence_that_never_blames(question: Question, rule: Rule) -> None:
    assert rule.message.endswith("。")
    assert len(rule.message) <= 53
    assert not any(word in rule.message for word in ("非法", "无效", "异常", "系统错误"))


@pytest.mark.parametrize("question", CHOOSING)
@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
def test_a_choice_that_is_not_offered_is_refused_and_every_offered_one_is_taken(
    question: Question, region: Region
) -> None:
    offered = question.choices(region)  # type: ignore[misc]

    assert offered
    assert all(question.error(choice.value, region) == "" for choice in offered)
    assert question.error("something else", region) == "请从列出的选项里选一个。"


@pytest.mark.parametrize("question", QUESTIONS)
def test_only_an_empty_answer_or_a_choice_is_common_to_many_people(question: Question) -> None:
    offered = [choice.value for choice in question.choices(MEISHAN)] if question.choices else []

    assert all(question.is_common(answer, MEISHAN) for answer in ("", *offered))
    assert not question.is_common("something else", MEISHAN)


def test_a_step_stands_once_and_under_its_own_slug() -> None:
    assert all(STEPS[slug].slug == slug for slug in STEPS)
    assert len({step.slug for step in WAY}) == len(WAY)
