"""The parts of a form: a rule, a question, a step. Answers are a flat ``{name: text}``.

One declaration gives the control with its label, hint and error, the check on the server, the row
on the review page, the row in the PDF form and in the desk, and its own tests: every example must
pass and every rule must have a counterexample that yields exactly its message.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.regions.load import Region

Control = Literal["text", "tel", "date", "radios", "textarea", "checkbox", "hospital"]
Answers = Mapping[str, str]
TYPED = ("text", "tel", "textarea", "hospital")
DATE_PARTS = ("year", "month", "day")


def always(_region: Region, _answers: Answers) -> bool:
    """Return True, for questions that everybody is asked."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition on an answer, and the message for an answer that breaks it."""

    name: str
    holds: Callable[[str], bool]
    message: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose from: the stored value, its label, and a line of explanation."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a step; *name* is its key everywhere: control, answer, error, PDF row.

    A question that depends on another answer of the same page is on the page from the start (if the
    region offers it): for people without script, *only_if* says in words when it must be answered.
    `tidy` turns typed text into the stored form (full-width digits, spaces); it never raises and keeps
    text it cannot tidy, so that the person sees it again. `show` formats for reading, as by grouping digits.
    `noun` is what is asked for, where the label is a whole question.
    """

    name: str
    label: str
    control: Control
    hint: str = ""
    optional: bool = False
    rules: tuple[Rule, ...] = ()
    choices: Callable[[Region], list[Choice]] | None = None
    asked_if: Callable[[Region, Answers], bool] = always
    only_if: str = ""
    offered: Callable[[Region], bool] = lambda _region: True
    autocomplete: str = ""
    numeric: bool = False
    tidy: Callable[[str], str] = str.strip
    show: Callable[[str], str] = str
    noun: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def called(self) -> str:
        """What is asked for, in the middle of a sentence."""
        return self.noun or self.label

    @property
    def is_typed(self) -> bool:
        """Whether the answer is typed as one text."""
        return self.control in TYPED

    @property
    def is_checkbox(self) -> bool:
        """Whether it is answered by ticking one box."""
        return self.control == "checkbox"

    @property
    def is_date(self) -> bool:
        """Whether a day is asked for, in three fields."""
        return self.control == "date"

    @property
    def is_phone(self) -> bool:
        """Whether a telephone number is asked for."""
        return self.control == "tel"

    @property
    def is_area(self) -> bool:
        """Whether the answer may take several lines."""
        return self.control == "textarea"

    @property
    def is_hospital(self) -> bool:
        """Whether the city's hospitals are suggested."""
        return self.control == "hospital"

    def error(self, answer: str, region: Region) -> str:
        """Return the message of the first broken rule; empty if the answer is good."""
        if self.optional and not answer:
            return ""
        for rule in self.rules:
            if not rule.holds(answer):
                return rule.message
        if answer and self.choices and not self.offers(answer, region):
            return "请从列出的选项里选一个。"
        return ""

    def offers(self, answer: str, region: Region) -> bool:
        """Return whether *answer* is one of the choices; False if there is nothing to choose from."""
        return any(choice.value == answer for choice in self._choices(region))

    def is_common(self, answer: str, region: Region) -> bool:
        """Return whether *answer* tells nothing of a person: it is empty, or one of the choices to choose from."""
        return not answer or self.offers(answer, region)

    def decides(self, other: "Question", region: Region, answers: Answers) -> bool:
        """Return whether *other* is asked after some choices of this question, and not after others."""
        asked = {other.asked_if(region, {**answers, self.name: choice.value}) for choice in self._choices(region)}
        return len(asked) > 1

    def boxes(self, region: Region) -> list[Choice]:
        """Return the choices to draw a control for: of a checkbox, only the one that is chosen by ticking it."""
        return [choice for choice in self._choices(region) if choice.value or not self.is_checkbox]

    def if_left_open(self, region: Region) -> str:
        """Return what happens if a checkbox is not ticked; empty if nothing is said about it."""
        notes = [choice.note for choice in self._choices(region) if self.is_checkbox and not choice.value]
        return notes[0] if notes else ""

    def _choices(self, region: Region) -> list[Choice]:
        return self.choices(region) if self.choices else []

    def shown(self, answer: str, region: Region) -> str:
        """Return *answer* as people read it: the label of a choice, a formatted date or number."""
        for choice in self._choices(region):
            if choice.value == answer:
                return choice.label
        return self.show(answer) if answer else ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of its controls in a form: one, or three for a date."""
        return tuple(f"{self.name}-{part}" for part in DATE_PARTS) if self.is_date else (self.name,)

    def read_over(self, answer: str, form: Mapping[str, str]) -> str:
        """Return *answer* with what *form* has in its place; of a date, *form* may have one part only."""
        if not any(name in form for name in self.fields):
            return answer
        parts = [*answer.split("-"), "", ""] if self.is_date else [answer]
        typed = {name: form[name] for name in self.fields if name in form}
        return self.read({**dict(zip(self.fields, parts, strict=False)), **typed})

    def read(self, form: Mapping[str, str]) -> str:
        """Return the tidied answer from a posted *form*; a date is joined from its three fields."""
        if self.is_date:
            parts = [form.get(name, "").strip() for name in self.fields]
            return self.tidy("-".join(parts)) if any(parts) else ""
        return self.tidy(form.get(self.name, ""))


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard: a few questions asked together, or a page of its own kind."""

    slug: str
    title: str
    note: str
    minutes: int
    questions: tuple[Question, ...] = ()
    page: Literal["questions", "insurance", "materials", "form", "review"] = "questions"
    asked_if: Callable[[Region, Answers], bool] = always

    def asked(self, region: Region, answers: Answers) -> list[Question]:
        """Return the questions that must be answered, given the other *answers*."""
        return [question for question in self.questions if question.asked_if(region, answers)]

    def on_page(self, region: Region, answers: Answers) -> list[tuple[Question, str]]:
        """Return ``(question, condition)`` for each question on the page, in page order.

        The condition says in words when the question must be answered; empty if it must be answered now.
        """
        return [
            (question, "" if asked else question.only_if)
            for question in self.questions
            if (asked := question.asked_if(region, answers)) or (question.only_if and question.offered(region))
        ]

    def read(self, form: Mapping[str, str]) -> dict[str, str]:
        """Return ``{question name: answer}`` for this step's own questions; other fields are ignored."""
        return {question.name: question.read(form) for question in self.questions}

    def read_over(self, answers: Answers, form: Mapping[str, str]) -> dict[str, str]:
        """Return this step's *answers* with what *form*, which may lack fields, has put in their place."""
        return {question.name: question.read_over(answers.get(question.name, ""), form) for question in self.questions}

    def errors(self, answers: Answers, region: Region) -> dict[str, str]:
        """Return ``{question name: message}`` for the answers that break a rule, in page order."""
        messages = {
            question.name: question.error(answers.get(question.name, ""), region)
            for question in self.asked(region, answers)
        }
        return {name: message for name, message in messages.items() if message}

    def rows(self, answers: Answers, region: Region) -> list[tuple[str, str, str]]:
        """Return ``(name, label, shown answer)``, for the review page, the PDF form and the desk alike.

        What was never asked is shown as nothing: an open box says no only on a page that was sent.
        """
        return [
            (
                question.name,
                question.label,
                question.shown(answers[question.name], region) if question.name in answers else "",
            )
            for question in self.asked(region, answers)
        ]

    def started(self, answers: Answers) -> bool:
        """Return whether *answers* contains an answer to any question of this step."""
        return any(answers.get(question.name) for question in self.questions)
