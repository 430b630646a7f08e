"""送达: whether the letters of a case count as served on line. They do with a consent of its own, as long as it holds.

The consent is asked for with the application and kept for the person, in the version of its words.
Who takes it back, takes it back for every letter from then on; each letter can be read all the same.
"""

from datetime import datetime

import msgspec

from portal.accounts import consents
from portal.accounts.consents import Given
from portal.cases.life.case import Case, Event, answers_of
from portal.cases.life.moves import SUBMITS, Move
from portal.questions.delivery import ELECTRONIC, SERVICE_VERSION


class Service(msgspec.Struct, frozen=True):
    """How the letters of one case reach its person."""

    consents: list[Given]

    def electronic(self, at: datetime) -> bool:
        """Return whether a letter of that moment is served on line."""
        return any(
            consent.given_at <= at and (consent.withdrawn_at is None or at < consent.withdrawn_at)
            for consent in self.consents
        )


# D75: asked each time; nothing is stored with a letter, so none changes when a consent is taken back.
async def service(case: Case) -> Service:
    """Return how letters are served: on line only where its own application says so."""
    if not agreed(case):
        return Service([])
    return Service(
        [consent for consent in await consents.consents_of(case.person) if consent.purpose == ELECTRONIC.name]
    )


def agreed(case: Case) -> bool:
    """Return whether the application agrees to electronic service, by somebody who may."""
    answers = answers_of(case)
    return answers.get(ELECTRONIC.name) == "yes" and ELECTRONIC.asked_if(case.city, answers)


async def keep_consent(case: Case, event: Event, move: Move) -> None:
    """Keep the consent of an application with its submission, whose row of history says who gave it.

    A draft that nobody sends in agrees to nothing.
    """
    if move.action in SUBMITS and agreed(case):
        await consents.give(case.person, ELECTRONIC.name, SERVICE_VERSION, event.at)
