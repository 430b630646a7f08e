"""没有送达的文书: a letter that can neither be served on line nor by mail becomes a call of the desk, with the reason.

The call stays open until an envelope is on its way, or the letter was handed over against a signature. Every issued
letter that tells a result is so served on line, is in an envelope, or waits here.
"""

from portal.cases.desk import calls
from portal.cases.life.case import Case
from portal.cases.mail import delivery
from portal.cases.mail.delivery import AGAIN, CAME_BACK, LOST, NOT_WANTED
from portal.cases.mail.envelopes import Delivery

# What somebody does with the envelope of a letter that is not served on line, and why the desk must call then.
ASKS = {"return": CAME_BACK, "cancel": NOT_WANTED, "miss": LOST}
SETTLES = ("order", "fix_address", "send_again")


# D95: a result that cannot be served is somebody's task until it is.
async def ask(case: Case, why: str) -> None:
    """Ask the desk to find a way to serve the letters of *case*; it goes before any other reason to call."""
    await calls.ask_for(case, why)


async def follow(case: Case, envelope: Delivery, act: str) -> None:
    """Open or close the call about serving the letters of *case*, after *act* on its envelope."""
    if act in SETTLES:
        await calls.served(case)
    elif act == "deliver":
        waiting = await calls.waiting_for(case)
        if waiting and waiting.why == AGAIN:
            await delivery.begin(case, envelope.where)  # takes along what was issued since
    elif act in ASKS and await delivery.owed(case, envelope.made_at):
        await calls.ask_for(case, ASKS[act])
