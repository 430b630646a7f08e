"""How a case stands for its citizen: whose turn it is, by when, which stage, what happened, what may be done.

Built from the case, its history and the city's list of stages. The templates only lay it out.
"""

from datetime import datetime

import msgspec

from portal.accounts.person import Person, masked_phone
from portal.cases.benefits.standing import Standing, standing_of, state_words
from portal.cases.experts.seats import seats
from portal.cases.life.case import Case, Event, answers_of, history, moves_for
from portal.cases.life.moves import DECIDED, State
from portal.cases.life.words import KINDS
from portal.cases.log.words import words
from portal.cases.mail import delivery, envelopes, originals
from portal.cases.mail.acts import AT_DESK, Stand
from portal.cases.mail.envelopes import Delivery
from portal.cases.mail.originals import Original, Place
from portal.cases.papers import corrections
from portal.cases.papers.corrections import Correction
from portal.citizen.cases.dates import Dates, dates_of
from portal.citizen.cases.mail_view import needs_address
from portal.citizen.cases.timeline import Stage, stages
from portal.citizen.cases.turn import Turn, going_on, turn_of
from portal.citizen.shared.mine import MyCase
from portal.core.tools import clock
from portal.core.tools.i18n import Said
from portal.documents import keep
from portal.letters.kinds import NOT_ACCEPTED
from portal.letters.letter import Letter, letters

# The ends after which the person may begin anew with the answers and files of the case.
AGAIN = (State.DENIED, State.NOT_ACCEPTED, State.WITHDRAWN, State.LAPSED)
HIDDEN = {"change_panel", "send_back"}  # acts of the history that are the office's own affair


class Missing(msgspec.Struct, frozen=True):
    """One item of a notice: what it is about, and what is wrong with it."""

    name: str
    said: str


class Notice(msgspec.Struct, frozen=True):
    """The notice that waits for the citizen's answer."""

    number: int
    items: list[Missing]


class May(msgspec.Struct, frozen=True):
    """What the person who looks at the case may do now."""

    take_back: bool
    supplement: bool
    withdraw: bool
    begin_again: bool
    correct: bool
    receive: bool
    order_mail: bool

    @property
    def anything(self) -> bool:
        """Whether the page has a list of what may be done."""
        return self.take_back or self.supplement or self.withdraw or self.begin_again


class Mail(msgspec.Struct, frozen=True):
    """The envelope with the results, as far as the page of the progress speaks of it."""

    envelope: Delivery

    @property
    def came_back(self) -> bool:
        """Whether it needs another address."""
        return self.envelope.at is Stand.RETURNED

    @property
    def on_its_way(self) -> bool:
        """Whether a courier has it."""
        return self.envelope.at is Stand.POSTED

    @property
    def will_come(self) -> bool:
        """Whether the office has still to send it."""
        return self.envelope.at in AT_DESK


class Refused(msgspec.Struct, frozen=True):
    """Why an application was not accepted, and what one can do about it, in the words of the letter."""

    reason: str
    ways: list[str]
    letter: Letter


class Line(msgspec.Struct, frozen=True):
    """One line of what happened."""

    at: datetime
    who: str
    what: str


class Progress(msgspec.Struct, frozen=True):
    """A case as its citizen sees it."""

    mine: MyCase
    answers: dict[str, str]
    turn: Turn
    headline: str
    explanation: str
    dates: Dates
    notice: Notice | None
    stages: list[Stage]
    lines: list[Line]
    letters: list[Letter]
    may: May
    mail: Mail | None
    needs_address: bool  # a letter waits for an address to be sent to
    original: Original | None
    given: Standing | None  # how the benefit stands that the case gave
    refused: Refused | None  # what the notice of non-acceptance says

    @property
    def case(self) -> Case:
        """The case."""
        return self.mine.case

    @property
    def decided(self) -> bool:
        """Whether there is a decision."""
        return self.case.at in DECIDED

    @property
    def passed(self) -> bool:
        """Whether anything was granted."""
        return self.case.at in (State.APPROVED, State.PARTLY_APPROVED)

    @property
    def shows_certificate(self) -> bool:
        """Whether the page of the result has a certificate that proves the benefit today, or soon."""
        return self.given is not None and self.given.holds

    @property
    def received(self) -> str:
        """What became of the application after it arrived, for the receipt."""
        if self.case.ended:
            return Said("这次申请我们收到了。后来的情况：{state}。", state=self.state_words)
        accepted_on = self.dates.clock.accepted_on
        if self.dates.clock.deemed:
            return Said("我们收到了。到期没有决定要不要受理，视为受理，从 {day} 起算。", day=accepted_on)
        if accepted_on:
            return "我们收到了，已经开始办。"
        return "我们收到了，先核验委托。" if self.case.unverified else "我们收到了。"

    @property
    def phone(self) -> str:
        """The number, masked, that hears of the result by SMS; empty when none was given."""
        return masked_phone(self.answers.get("notify_mobile", ""))

    @property
    def papers_asked(self) -> bool:
        """Whether the office waits for originals on paper."""
        return self.original is not None and self.original.at is Place.ASKED

    @property
    def papers_on_the_way(self) -> bool:
        """Whether there is a packet of originals to read about."""
        return self.original is not None and self.original.at is not Place.NOT_NEEDED

    @property
    def state_words(self) -> str:
        """The state in the words of the city."""
        return state_words(self.case, self.given)


class Summary(msgspec.Struct, frozen=True):
    """What the application is, beside its progress."""

    person: str
    disease: str
    kind: str  # 续期 or 复审; empty for a first application
    files: int
    pages: int
    result_comes: str


async def progress(mine: MyCase) -> Progress:
    """Return how a case stands for the person who looks at it."""
    case = mine.case
    turn = turn_of(mine.case)
    events = await history(case)
    case_letters = await letters(case.id)
    open_notice = await corrections.open_correction(case) if case.at is State.CORRECTION else None
    panel = await seats(case.id) if case.city.rules.experts.required else []
    given = await standing_of(case)
    headline, explanation = going_on(case, given)
    rights = _rights(mine)
    return Progress(
        mine=mine,
        answers=answers_of(case),
        turn=turn,
        headline=headline,
        explanation=explanation,
        dates=await dates_of(case, events, open_notice),
        notice=await _notice(case, open_notice) if open_notice else None,
        stages=stages(case, events, case_letters, panel, given),
        lines=[_line(event, mine.person) for event in reversed(events) if event.action not in HIDDEN],
        letters=case_letters,
        may=rights,
        mail=await _mail(case) if rights.order_mail else None,
        needs_address=rights.order_mail and await needs_address(case),
        original=await originals.of(case) if rights.correct else None,
        given=given,
        refused=_refused(events, case_letters) if case.at is State.NOT_ACCEPTED else None,
    )


def _rights(mine: MyCase) -> May:
    case = mine.case
    moves = {move.action for move in moves_for(case, mine.actor.role)}
    return May(
        take_back="take_back" in moves and mine.may("apply"),
        supplement="supplement" in moves and mine.may("correct"),
        withdraw="withdraw" in moves and mine.may("withdraw"),
        begin_again=case.at in AGAIN,
        correct=mine.may("correct"),
        receive=mine.may("receive"),
        order_mail=delivery.may_order(case) and (mine.may("receive") or mine.may("collect_mail")),
    )


async def _notice(case: Case, notice: Correction) -> Notice:
    defects = await corrections.defects(notice, ())
    items = [Missing(defect.name(case.city), defect.said) for defect in defects]
    return Notice(notice.number, items)


def _refused(events: list[Event], case_letters: list[Letter]) -> Refused | None:
    letter = next((letter for letter in reversed(case_letters) if letter.kind == NOT_ACCEPTED), None)
    if letter is None:
        return None
    reason = next(event.note for event in reversed(events) if event.after == State.NOT_ACCEPTED)
    return Refused(reason, letter.opened().lists[-1].items, letter)


async def _mail(case: Case) -> Mail | None:
    envelope = await envelopes.latest(case)
    return Mail(envelope) if envelope else None


def _line(event: Event, person: Person) -> Line:
    """Return one row of history in words."""
    by = {"insured_person": person.name, "proxy": "代办人", "system": "系统"}.get(event.role, "经办机构")
    return Line(event.at, by, words(event.action, "did"))


async def summary(shown: Progress) -> Summary:
    """Return what the application is; it changes less often than its progress."""
    case = shown.case
    disease = case.city.diseases.get(shown.answers.get("disease", ""))
    files = await keep.documents(case.id)
    on_paper = await delivery.on_paper(case, clock.now())
    return Summary(
        person=shown.mine.person.name,
        disease=disease.name_zh if disease else "",
        kind=KINDS.get(case.kind, ""),
        files=len(files),
        pages=sum(file.pages for file in files),
        result_comes="电子认定证明和邮寄" if on_paper else "电子认定证明",
    )
