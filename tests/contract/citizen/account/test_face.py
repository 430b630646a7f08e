"""The face check: agreed to first, really looked at, told when it fails, never the only way, kept nowhere."""

from pathlib import Path

import pytest

from portal.accounts import face
from portal.accounts.face import REASONS, Demo
from portal.accounts.person import FACE
from portal.core.store.database import fetch_all, fetch_value
from portal.core.store.storage import incoming
from tests.helpers.client import Client
from tests.helpers.faces import photo, portrait
from tests.helpers.factories import make_person
from tests.helpers.seen import heading, refused

pytestmark = pytest.mark.usefixtures("database")

AGREED = {"name": "张丽", "id_number": "511400197102140026", "consent": "yes"}


async def agreed(client: Client, **changed: str) -> str:
    """Agree, and return where the picture is asked for."""
    await client.get("/meishan/face")
    await client.post("/meishan/face", {**AGREED, **changed})
    return client.path


async def test_the_face_lets_in_who_agreed_and_is_known(client: Client) -> None:
    who = await make_person()
    where = await agreed(client)
    asked = heading(client)

    await client.upload(where, photo(portrait()), photo(portrait(shift=25)))

    assert asked == "拍一张照片"
    assert client.path == "/meishan/me"
    assert "张丽" in client.text
    assert await fetch_value("SELECT live FROM face_check WHERE passed") == "moving"
    assert await fetch_value("SELECT level FROM person WHERE id = $1", who.id) == FACE
    assert await fetch_value("SELECT version FROM consent WHERE purpose = 'face'") == face.CONSENT_VERSION


async def test_one_photo_without_script_is_enough_and_written_down_as_still(client: Client) -> None:
    await make_person()
    where = await agreed(client)

    await client.upload(where, photo(portrait()))

    assert client.path == "/meishan/me"
    assert await fetch_value("SELECT live FROM face_check WHERE passed") == "still"


async def test_without_agreeing_there_is_no_camera_and_the_other_way_is_named(client: Client) -> None:
    await make_person()
    await client.get("/meishan/face")

    await client.post("/meishan/face", {**AGREED, "consent": ""})

    assert "不同意，可以用短信验证码" in refused(client)["consent"]
    assert "不同意，用短信验证码" in client.text
    assert await fetch_value("SELECT count(*) FROM face_check") == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (portrait(side=200), "small"),
        (portrait(light=20), "dark"),
        (portrait(blur=40), "blurred"),
        (b"%PDF-1.7", "not_a_picture"),
    ],
    ids=["small", "dark", "blurred", "not a picture"],
)
async def test_a_picture_that_will_not_do_is_told_with_what_to_do(client: Client, content: bytes, reason: str) -> None:
    await make_person()
    where = await agreed(client)

    await client.upload(where, photo(content))

    assert refused(client) == {"picture": REASONS[reason]}
    assert not await fetch_value("SELECT count(*) FROM face_check WHERE passed")


async def test_without_a_picture_the_page_asks_for_one(client: Client) -> None:
    await make_person()
    where = await agreed(client)

    await client.http.post(where, files=[("csrf", (None, client.hidden["csrf"]))])
    await client.upload(where)

    assert client.status == 422


async def test_after_a_bad_picture_a_good_one_is_taken(client: Client) -> None:
    await make_person()
    where = await agreed(client)
    await client.upload(where, photo(portrait(light=20)))

    await client.upload(where, photo(portrait()))

    assert client.path == "/meishan/me"


async def test_a_verifier_that_says_no_lets_nobody_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Demo, "refuses", True)
    await make_person()
    where = await agreed(client)

    await client.upload(where, photo(portrait()))

    assert refused(client) == {"picture": REASONS["no_match"]}
    await client.get("/meishan/me")
    assert client.path == "/meishan/login"


async def test_an_unknown_person_and_a_wrong_name_get_the_answer_of_a_wrong_face(client: Client) -> None:
    await make_person()
    said = []
    for changed in ({"id_number": "511400196010100081"}, {"name": "张莉"}):
        where = await agreed(client, **changed)
        await client.upload(where, photo(portrait()))
        said.append((client.status, refused(client)))

    assert said == [(422, {"picture": REASONS["no_match"]})] * 2


async def test_after_five_tries_it_is_enough_for_a_day_and_the_code_still_works(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Demo, "refuses", True)
    await make_person()
    where = await agreed(client)
    for _ in range(face.TRIES):
        await client.upload(where, photo(portrait()))
    await client.http.get(where)
    await client.get(where)

    await client.upload(where, photo(portrait()))

    assert client.status == 429
    await client.sign_in("13800000101")
    assert client.path == "/meishan/me"


async def test_a_check_belongs_to_the_browser_that_agreed_and_works_once(client: Client) -> None:
    await make_person()
    where = await agreed(client)
    async with Client() as other:
        await other.get("/meishan/login")
        await other.upload(where, photo(portrait()))
        assert other.status == 404

    await client.upload(where, photo(portrait()))
    await client.get(where)

    assert client.status == 404


async def test_no_picture_is_kept_anywhere(client: Client, files: Path) -> None:
    await make_person()
    where = await agreed(client)
    before = {path for path in files.rglob("*") if path.is_file()}

    await client.upload(where, photo(portrait()), photo(portrait(shift=25)))

    assert list(incoming().iterdir()) == []
    assert {path for path in files.rglob("*") if path.is_file()} <= before


async def test_every_try_is_written_down_with_score_and_reason(client: Client) -> None:
    await make_person()
    where = await agreed(client)
    await client.upload(where, photo(portrait(light=20)))
    await client.upload(where, photo(portrait()))

    from typing import NamedTuple

    class Try(NamedTuple):
        reason: str
        passed: bool
        score: int
        consent: str

    rows = await fetch_all(
        Try,
        "SELECT reason, passed, score, consent FROM face_check WHERE reference LIKE 'demo-%' ORDER BY at",
    )
    assert [(row.reason, bool(row.passed)) for row in rows] == [("dark", False), ("", True)]
    assert rows[1].score >= face.LIKE_ENOUGH
    assert await fetch_value("SELECT count(*) FROM audit WHERE act IN ('face_passed', 'face_refused')") == 2


async def test_where_no_verifier_is_set_up_the_face_is_not_offered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "verifier", lambda: None)
    await client.get("/meishan/login")
    offered = "用人脸识别登录" in client.text

    await client.get("/meishan/face")

    assert not offered
    assert client.status == 404
