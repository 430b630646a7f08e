"""送达: letters of a case count as served online while the person's separate consent is in force.

The consent is asked for in the application and stored for the person, with the version of its words.
A withdrawal applies to every later letter; all letters can still be read online.
"""

from datetime import datetime

import msgspec

from portal.accounts import consents
from portal.accounts.consents import Given
from portal.cases.life.case import Case, Event, answers_of
from portal.cases.life.moves import SUBMITS, Move
from portal.questions.delivery import ELECTRONIC, SERVICE_VERSION


class Service(msgspec.Struct, frozen=True):
    """How the letters of one case are served."""

    consents: list[Given]

    def electronic(self, at: datetime) -> bool:
        """Return whether a letter of the time *at* is served online."""
        return any(
            consent.given_at <= at and (consent.withdrawn_at is None or at < consent.withdrawn_at)
            for consent in self.consents
        )


# D75: asked each time; nothing is stored with a letter, so none changes when a consent is taken back.
async def service(case: Case) -> Service:
    """Return how the letters of a case are served: online only if its own application agrees."""
    if not agreed(case):
        return Service([])
    return Service(
        [consent for consent in await consents.consents_of(case.person) if consent.purpose == ELECTRONIC.name]
    )


def agreed(case: Case) -> bool:
    """Return whether the application agrees to electronic service, and the applicant may agree."""
    answers = answers_of(case)
    return answers.get(ELECTRONIC.name) == "yes" and ELECTRONIC.asked_if(case.city, answers)


async def keep_consent(case: Case, event: Event, move: Move) -> None:
    """Store the consent of an application at its submission; *event*, the row of history, says who gave it.

    A draft that is not submitted gives no consent.
    """
    if move.action in SUBMITS and agreed(case):
        await consents.give(case.person, ELECTRONIC.name, SERVICE_VERSION, event.at)
