"""When a message goes out, what happens while the gateway is down, and that it goes out once."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.outside import sms
from portal.core.outside.sms import NotSent, demo_messages
from portal.core.store import jobs
from portal.core.store.database import fetch_value
from portal.core.tools import clock
from portal.core.tools.clock import BEIJING
from portal.notices import inbox, send
from portal.notices.send import quiet_until
from tests.helpers.answers import ANSWERS
from tests.helpers.factories import make_case
from tests.helpers.post import at_oclock, states, work

pytestmark = pytest.mark.usefixtures("database")
PHONE = ANSWERS["notify_mobile"]


@pytest.fixture(autouse=True)
def noon() -> None:
    """Let it be noon in Beijing, when messages go out."""
    at_oclock(12)


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("08:00", None),
        ("12:00", None),
        ("21:59", None),
        ("22:00", "2026-11-21T08:00"),
        ("23:59", "2026-11-21T08:00"),
        ("00:00", "2026-11-20T08:00"),
        ("07:59", "2026-11-20T08:00"),
    ],
)
def test_an_ordinary_sms_keeps_quiet_from_ten_at_night_to_eight(local: str, until: str | None) -> None:
    moment = datetime.fromisoformat(f"2026-11-20T{local}").replace(tzinfo=BEIJING).astimezone(UTC)

    expected = datetime.fromisoformat(until).replace(tzinfo=BEIJING) if until else None
    assert quiet_until(moment) == expected


async def test_at_night_an_sms_waits_for_the_morning_and_then_goes_once() -> None:
    at_oclock(23)
    await make_case()
    await work()
    at_night = await demo_messages(PHONE)
    clock.shift(clock.ahead() + timedelta(hours=9))
    await work()

    assert at_night == []
    assert len(await demo_messages(PHONE)) == 2
    assert await states("sms") == {"sent"}


class Broken:
    """A gateway that is down, and keeps what it was asked to send."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    async def send(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        self.keys.append(key)
        raise NotSent


async def test_while_the_gateway_is_down_it_is_tried_again_under_the_same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_case("xx-01", "xinxing", "M03900")
    with monkeypatch.context() as patch:
        broken = Broken()
        patch.setattr(sms, "gateway", lambda: broken)
        for _ in range(3):
            await work()
            clock.shift(clock.ahead() + timedelta(minutes=10))
    tried = broken.keys

    await work()

    assert len(tried) == 3
    assert len(set(tried)) == 1
    assert len(await demo_messages(PHONE)) == 1
    assert await states("sms") == {"sent"}


async def test_when_it_was_tried_in_vain_the_copy_in_the_portal_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    case = await make_case("xx-01", "xinxing", "M03900")
    broken = Broken()
    monkeypatch.setattr(sms, "gateway", lambda: broken)

    for _ in range(jobs.TRIES + 2):
        await work()
        clock.shift(clock.ahead() + timedelta(hours=24))

    assert len(broken.keys) == jobs.TRIES
    assert await fetch_value("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL") == 1
    assert len(await inbox.messages(case.person)) == 1


async def test_sending_twice_sends_once() -> None:
    await make_case("xx-01", "xinxing", "M03900")
    id = await fetch_value("SELECT id FROM notice WHERE channel = 'sms'")

    await send.send(id)
    await send.send(id)
    await send.send("no such message")

    assert len(await demo_messages(PHONE)) == 1
