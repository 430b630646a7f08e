"""Signing in by SMS code: a challenge for one phone and one browser.

A code has 6 random digits, lives 5 minutes, works once, and is kept as a keyed hash only. Tries
are counted in the database before anything is compared, so many at once gain nothing. Asking
again makes a new code; the one before it keeps working until its own end (late messages are
common), and tries count together. What is answered never depends on whether a phone is known.
"""

import re
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from portal.accounts import devices, person
from portal.accounts.tables import Challenge
from portal.core.outside import sms
from portal.core.store import audit, limits
from portal.core.store.crypto import digest, digits, keyed, opened, same, seal, token
from portal.core.store.database import execute, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.errors import TooMany, Unavailable
from portal.core.tools.log import LOG
from portal.core.tools.settings import SETTINGS
from portal.core.web.sessions import Visitor, start
from portal.regions.load import Region

CODE_LIFE = timedelta(minutes=5)
AGAIN_AFTER = timedelta(seconds=60)
TRIES = 5
IDLE = timedelta(minutes=30)
LASTS = timedelta(hours=12)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Many people share the address of a carrier: from here on nobody is let through even with a proof.
ADDRESS_AT_MOST = 10
BY_SMS, BY_CALL = "N34", "N34v"  # the numbers of the two messages
TEXT = "{sign}验证码{code}，5分钟内有效。工作人员不会向您索要。\n@{host} #{code}"
SPOKEN = "{sign}您的验证码是：{spoken}。再说一遍：{spoken}。工作人员不会向您索要。"


class ChallengeRow(msgspec.Struct, frozen=True):
    """A challenge as stored."""

    id: str
    phone: bytes
    browser: bytes
    code: bytes
    code_ends_at: datetime
    older_code: bytes | None
    older_ends_at: datetime | None
    tries: int
    sent_at: datetime
    used_at: datetime | None

    @property
    def number(self) -> str:
        """The phone the code went to."""
        return opened(self.phone, f"challenge.phone:{self.id}")


Outcome = Literal["good", "wrong", "expired", "locked"]


async def must_prove(visitor: Visitor, number: str, address: str) -> bool:
    """Return whether the next code requires a proof of work, because phone, browser or address had several already."""
    return (
        await limits.count("code: phone, hour", number) >= SETTINGS.codes_free
        or await limits.count("code: browser", _browser(visitor)) >= SETTINGS.codes_free
        or await limits.count("code: address", address) >= SETTINGS.codes_address
    )


async def ask(visitor: Visitor, region: Region, number: str, address: str, host: str, *, voice: bool = False) -> str:
    """Send a code to *number* and return the id of the challenge.

    Args:
        visitor: the browser the code is for.
        region: signs the message.
        number: a mobile number, tidied.
        address: the client's network address.
        host: our host name, for the line phones use to fill the code in.
        voice: have the phone called and the code read.

    Raises:
        TooMany: phone, browser or address have had enough codes for now.
        Unavailable: the gateway did not take the message.
    """
    await _allow(_browser(visitor), number, address)
    id = token()
    code = digits(6)
    now = clock.now()
    await insert(
        Challenge,
        id=id,
        phone=seal(number, f"challenge.phone:{id}"),
        browser=digest(visitor.cookie),
        code=_hash(id, number, code),
        code_ends_at=now + CODE_LIFE,
        tries=0,
        sent_at=now,
    )
    await _send(region, number, code, host, id, voice=voice)
    return id


async def ask_again(challenge: ChallengeRow, region: Region, address: str, host: str, *, voice: bool = False) -> int:
    """Send another code; return 0, or the seconds that are still to wait.

    Raises:
        TooMany, Unavailable: as for `ask`.
    """
    wait = seconds_to_wait(challenge)
    if wait:
        return wait
    number = challenge.number
    await _allow(challenge.browser.hex(), number, address)
    code = digits(6)
    now = clock.now()
    renewed = await execute(
        "UPDATE challenge SET older_code = code, older_ends_at = code_ends_at, "
        "code = $2, code_ends_at = $3, sent_at = $4 WHERE id = $1 AND sent_at <= $5",
        challenge.id,
        _hash(challenge.id, number, code),
        now + CODE_LIFE,
        now,
        now - AGAIN_AFTER,
    )
    if not renewed:  # pressed twice at once
        return int(AGAIN_AFTER.total_seconds())
    await _send(region, number, code, host, f"{challenge.id}:{int(now.timestamp())}", voice=voice)
    return 0


def seconds_to_wait(challenge: ChallengeRow) -> int:
    """Return in how many seconds another code may be asked for; 0 for now."""
    wait = AGAIN_AFTER - (clock.now() - challenge.sent_at)
    return int(wait.total_seconds()) + 1 if wait > timedelta() else 0


async def challenge(visitor: Visitor, id: str) -> ChallengeRow | None:
    """Return this browser's open challenge *id*; None if there is none."""
    row = await fetch_one(ChallengeRow, "FROM challenge WHERE id = $1", id)
    if row is None or row.used_at or not same(row.browser, digest(visitor.cookie)):
        return None
    return row


async def answer(row: ChallengeRow, code: str) -> Outcome:
    """Compare *code* with the challenge, counting the try first; a good answer uses it up."""
    counted = await execute(
        "UPDATE challenge SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND used_at IS NULL", row.id, TRIES
    )
    if not counted:
        return "locked"
    now = clock.now()
    given = _hash(row.id, row.number, code)
    fits_new = same(given, row.code)
    fits_older = row.older_code is not None and same(given, row.older_code)
    if not (fits_new or fits_older):
        await audit.note(actor="", role="nobody", act="sign_in_failed", thing=f"challenge:{row.id}")
        return "wrong" if row.tries + 1 < TRIES else "locked"
    ends = row.code_ends_at if fits_new else row.older_ends_at
    if ends is None or now > ends:
        return "expired"
    won = await execute("UPDATE challenge SET used_at = $2 WHERE id = $1 AND used_at IS NULL", row.id, now)
    return "good" if won else "locked"


class Entered(msgspec.Struct, frozen=True):
    """The people behind a verified phone: those who use it, and those who have not used it for very long."""

    people: list[person.Person]
    silent: list[person.Person]


async def enter(visitor: Visitor, number: str, agent: str, region: Region | None = None) -> Entered:
    """Begin a session for a verified phone; with one person behind it, as that person.

    With nobody behind it the visitor registers; with several they choose. A person who has not used the
    phone for very long is asked for more proof: the number may belong to somebody else by now.
    """
    phone_id = await person.phone_of(number)
    found = await who_is_behind(phone_id)
    if len(found.people) == 1 and not found.silent:
        await enter_as(visitor, found.people[0].id, phone_id, agent, region)
    else:
        await start(visitor, subject="", via=phone_id, roles="phone", idle=IDLE, lasts=LASTS, agent=agent)
    return found


async def who_is_behind(phone_id: str) -> Entered:
    """Return the people behind a phone."""
    there = await person.behind(phone_id)
    silent = [user for user in there if await devices.silent(user.id, phone_id)]
    return Entered([user for user in there if user not in silent], silent)


async def enter_as(visitor: Visitor, person_id: str, phone_id: str, agent: str, region: Region | None = None) -> None:
    """Begin a session as *person_id*, who was verified by *phone_id* (empty: by their face).

    If the browser is new, they are told in the name of the *region*; without a region they are not told.
    """
    roles = "phone citizen" if phone_id else "citizen"
    async with transaction():
        await start(visitor, subject=person_id, via=phone_id, roles=roles, idle=IDLE, lasts=LASTS, agent=agent)
        by = f"phone:{phone_id}" if phone_id else "face"
        await audit.note(actor=person_id, role="citizen", act="sign_in", thing=by, about=person_id)
        await devices.used(visitor, person_id, phone_id, agent, region)


async def forget_old() -> int:
    """Delete challenges of yesterday; return how many."""
    return await execute("DELETE FROM challenge WHERE code_ends_at < $1", clock.now() - timedelta(days=1))


async def _allow(browser: str, number: str, address: str) -> None:
    await limits.allow("code: address", address, SETTINGS.codes_address * ADDRESS_AT_MOST, HOUR, TOO_MANY)
    await limits.allow("code: browser", browser, SETTINGS.codes_browser, HOUR, TOO_MANY)
    await limits.allow("code: phone, hour", number, SETTINGS.codes_hour, HOUR, TOO_MANY)
    await limits.allow("code: phone, day", number, SETTINGS.codes_day, DAY, TOO_MANY)
    sent = await limits.hits("code: all, day", "", DAY)
    if sent > SETTINGS.codes_budget:
        LOG.error("the day's budget of codes is used up", count=sent)
        raise TooMany(TOO_MANY, retry_after=3600)


TOO_MANY = "验证码要得太多了。为了安全，请过一会儿再试。"
NOT_SENT = "短信现在发不出去。请过几分钟再试，着急请打热线。"


def speaks() -> bool:
    """Return whether a code can also be read aloud in a call."""
    return sms.gateway().speaks(BY_CALL)


async def demo_code(number: str) -> str:
    """Return the code last sent to *number* in the demonstration, by SMS or by a call; empty if there is none."""
    messages = await sms.demo_messages(number, 1, (BY_SMS, BY_CALL))
    after = messages[0].partition("验证码")[2] if messages else ""
    return "".join(re.findall(r"\d", after)[:6])


def _browser(visitor: Visitor) -> str:
    return digest(visitor.cookie).hex()


def _hash(id: str, number: str, code: str) -> bytes:
    return keyed("code", id, number, code)


async def _send(region: Region, number: str, code: str, host: str, key: str, *, voice: bool) -> None:
    sign = region.rules.notices.sign_zh
    given = {"sign": sign, "code": code}
    try:
        if voice:
            await sms.call(number, BY_CALL, given, SPOKEN.format(sign=sign, spoken="，".join(code)), f"code:{key}")
        else:
            await sms.send(number, BY_SMS, given, TEXT.format(sign=sign, code=code, host=host), f"code:{key}")
    except sms.NotSent as error:
        LOG.error("a code was not sent", kind="voice" if voice else "sms", error=str(error)[:60])
        raise Unavailable(NOT_SENT, retry_after=300) from error
