"""Comparing a face, behind one interface: beside the SMS code, never the only way.

Consent comes first and is recorded with the check. The picture lives as long as the request and
is kept nowhere; what is kept is whether it was alive, how alike (0 to 100), and who said so.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar, Literal, Protocol

import msgspec

from portal.accounts import person
from portal.accounts.person import FACE, Person
from portal.accounts.tables import Consent, FaceCheck
from portal.core.store import audit, limits
from portal.core.store.crypto import digest, token
from portal.core.store.database import execute, fetch_one, insert, transaction
from portal.core.tools import clock
from portal.core.tools.sandbox import Apart, run_apart
from portal.core.tools.settings import SETTINGS
from portal.core.web.sessions import Visitor
from portal.core.web.uploads import Received

Purpose = Literal["sign_in", "rebind", "return"]
CONSENT_VERSION = "2026-11"
LIFE = timedelta(minutes=15)
TRIES = 5
PER_ADDRESS = 30
LIKE_ENOUGH = 80
TOO_MANY = "人脸识别试的次数太多了。请改用短信验证码，或者明天再试。"
REASONS = {
    "none": "还没有照片。请拍一张，或者选一张照片。",
    "not_a_picture": "这个文件不是照片，打不开。请拍一张，或者选一张照片（JPG、PNG）。",
    "small": "照片太小了，看不清。请靠近一点，重新拍。",
    "dark": "照片太暗了。请到亮的地方，重新拍。",
    "bright": "照片太亮了。请不要对着灯或者太阳，重新拍。",
    "blurred": "照片不清楚。请把手机拿稳，擦一擦镜头，重新拍。",
    "no_match": "没有核对成功。请检查姓名和证件号，摘下帽子、口罩再试；也可以用短信验证码。",
    "unavailable": "人脸识别现在用不了。请用短信验证码登录。",
}


class Result(msgspec.Struct, frozen=True):
    """What a verifier says; *reason* is a key of `REASONS`, empty when it passed."""

    reason: str
    score: int = 0
    live: Literal["", "still", "moving"] = ""
    reference: str = ""


class Verifier(Protocol):
    """What compares pictures with the photo under an identity number."""

    @property
    def name(self) -> str:
        """What stands in the record."""

    async def verify(self, pictures: Sequence[Received], who: Person | None) -> Result:
        """Compare the pictures; *who* is None when the number belongs to no account."""


# D30: knows no faces and says yes to whoever is named; on only where PORTAL_FACE names it.
class Demo:
    """Looks at the pictures themselves: size, light, sharpness, and whether two of them differ.

    It knows no faces: whoever is named is accepted when the picture is good, unless `refuses`.
    """

    name: ClassVar[str] = "demo"
    refuses: ClassVar[bool] = False

    async def verify(self, pictures: Sequence[Received], who: Person | None) -> Result:
        """Look at the pictures in the sandbox."""
        try:
            parts = [(str(picture.path), picture.name, picture.key) for picture in pictures[:2]]
            seen: dict[str, Any] = await run_apart("portal.accounts.face_picture:looked_at", parts)
        except Apart:
            return Result("not_a_picture")
        reference = f"demo-{token(8)}"
        if seen["reason"]:
            return Result(seen["reason"], reference=reference)
        live: Literal["still", "moving"] = "moving" if seen["moved"] else "still"
        if Demo.refuses or who is None:
            return Result("no_match", 20, live, reference)
        return Result("", seen["score"], live, reference)


def verifier() -> Verifier | None:
    """Return the verifier of this installation, or None where faces are not compared.

    Raises:
        ValueError: the setting names none.
    """
    if SETTINGS.face not in ("", "demo"):
        raise ValueError(f"PORTAL_FACE names no verifier: {SETTINGS.face!r}")
    return Demo() if SETTINGS.face else None


class Begun(msgspec.Struct, frozen=True):
    """A check that was agreed to."""

    id: str
    person: str
    purpose: str
    reference: str

    @property
    def subject(self) -> str:
        """What else it is about: the identity check of a rebind."""
        return self.reference.partition(":")[2]


async def begin(visitor: Visitor, purpose: Purpose, who: Person | None, subject: str = "") -> str:
    """Write down that the visitor agreed to compare their face, and return the id of the check."""
    id = token()
    await insert(
        FaceCheck,
        id=id,
        person=who.id if who else "",
        purpose=purpose,
        provider=SETTINGS.face,
        reference=f"{_browser(visitor)}:{subject}",
        live="",
        score=0,
        passed=False,
        reason="begun",
        consent=CONSENT_VERSION,
        at=clock.now(),
    )
    return id


async def begun(visitor: Visitor, id: str) -> Begun | None:
    """Return the open check called *id* of this browser."""
    row = await fetch_one(
        Begun, "FROM face_check WHERE id = $1 AND reason = 'begun' AND at > $2", id, clock.now() - LIFE
    )
    return row if row and row.reference.partition(":")[0] == _browser(visitor) else None


async def compare(check: Begun, pictures: Sequence[Received], address: str) -> Result:
    """Compare, write down what came of it, and return it; a check that passed is used up.

    Raises:
        TooMany: too many tries for this person or from this address.
    """
    await limits.allow("face: address", address, PER_ADDRESS, timedelta(hours=1), TOO_MANY)
    await limits.allow("face", check.person or check.id, TRIES, timedelta(days=1), TOO_MANY)
    by = verifier()
    if by is None:
        return Result("unavailable")
    if not pictures:
        return Result("none")
    result = await by.verify(pictures, await person.person(check.person))
    if not result.reason and result.score < LIKE_ENOUGH:
        result = msgspec.structs.replace(result, reason="no_match")
    await _write_down(check, result, by.name)
    return result


async def _write_down(check: Begun, result: Result, provider: str) -> None:
    """Keep a try as a row of its own; the one that passed ends the check."""
    async with transaction():
        passed = not result.reason
        if passed:
            await execute("UPDATE face_check SET reason = 'used' WHERE id = $1", check.id)
            await limits.forgive("face", check.person)
            await _raise_level(check.person)
            await _consent(check.person)
        await insert(
            FaceCheck,
            id=token(),
            person=check.person,
            purpose=check.purpose,
            provider=provider,
            reference=result.reference,
            live=result.live,
            score=result.score,
            passed=passed,
            reason=result.reason,
            consent=CONSENT_VERSION,
            at=clock.now(),
        )
        act = "face_passed" if passed else "face_refused"
        thing = f"face_check:{check.id}"
        await audit.note(actor=check.person, role="citizen", act=act, thing=thing, about=check.person)


async def _consent(person_id: str) -> None:
    await execute(
        "UPDATE consent SET withdrawn_at = $2 WHERE person = $1 AND purpose = 'face' AND withdrawn_at IS NULL",
        person_id,
        clock.now(),
    )
    await insert(Consent, id=token(), person=person_id, purpose="face", version=CONSENT_VERSION, given_at=clock.now())


def _browser(visitor: Visitor) -> str:
    return digest(visitor.cookie).hex()[:16]


async def _raise_level(person_id: str) -> None:
    await execute("UPDATE person SET level = $2 WHERE id = $1 AND level < $2", person_id, FACE)
