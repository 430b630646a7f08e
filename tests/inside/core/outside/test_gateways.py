"""SMS gateways: what goes out over HTTP, signed as the provider checks it, and what comes back."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from portal.core.outside import sms
from portal.core.outside.gateways import Aliyun, NotSent, Plain, query, signed
from portal.core.store.database import fetch_value
from tests.helpers.changes import ChangeSettings
from tests.helpers.client import Client

SECRET = "YourAccessKeySecret"


def test_the_signature_is_the_one_in_the_provider_s_own_example(settings: ChangeSettings) -> None:
    settings(sms_user="YourAccessKeyId", sms_secret=SECRET)
    line = query({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    at = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)

    headers = signed(
        "ecs.cn-shanghai.aliyuncs.com", "RunInstances", "2014-05-26", line, at, "3156853299f313e23d1673dc12e1703d"
    )

    assert headers["authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"
        "SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


class Provider(BaseHTTPRequestHandler):
    """A provider that checks the signature of what it is sent, on its own terms, and each nonce once."""

    answer: dict[str, Any] = {"Code": "OK", "BizId": "900619746936498440^0", "CallId": "116012354148^102813140030"}
    status = 200
    seen: list[dict[str, Any]] = []
    nonces: set[str] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        asked = dict(parse_qsl(urlsplit(self.path).query))
        Provider.seen.append({"asked": asked, "headers": dict(self.headers), "body": body})
        said = Provider.answer if self.trusted(body) else {"Code": "SignatureDoesNotMatch"}
        content = json.dumps(said).encode()
        self.send_response(Provider.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def trusted(self, body: bytes) -> bool:
        """Return whether the signature holds; a gateway without one has its bearer word."""
        said = self.headers["authorization"]
        if said.startswith("Bearer "):
            return said == f"Bearer {SECRET}"
        algorithm, _, rest = said.partition(" ")
        parts = dict(part.split("=", 1) for part in rest.split(","))
        names = parts["SignedHeaders"].split(";")
        must = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
        asked = sorted(parse_qsl(urlsplit(self.path).query))
        canonical = "\n".join(
            [
                self.command,
                "/",
                "&".join(f"{quote(name, safe='-_.~')}={quote(text, safe='-_.~')}" for name, text in asked),
                *(f"{name}:{self.headers[name].strip()}" for name in names),
                "",
                parts["SignedHeaders"],
                hashlib.sha256(body).hexdigest(),
            ]
        )
        to_sign = f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        good = hmac.new(SECRET.encode(), to_sign.encode(), "sha256").hexdigest()
        nonce = self.headers["x-acs-signature-nonce"]
        fresh = nonce not in Provider.nonces
        Provider.nonces.add(nonce)
        return fresh and must <= set(names) and parts["Signature"] == good and parts["Credential"] == "key-id"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    """A provider at an address of this machine."""
    Provider.seen, Provider.status, Provider.nonces = [], 200, set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def aliyun(provider: str, settings: ChangeSettings, tmp_path: Path) -> Aliyun:
    """The gateway, set up for that provider."""
    templates = tmp_path / "templates.toml"
    templates.write_text('N34 = "SMS_154950909"\nN34v = "TTS_154950910"\n')
    settings(sms="aliyun", sms_url=provider, sms_user="key-id", sms_secret=SECRET, sms_templates=str(templates))
    return Aliyun()


GIVEN = {"sign": "【眉山医保】", "code": "048213"}


async def test_a_message_goes_out_signed_as_a_template_with_parameters(aliyun: Aliyun) -> None:
    id = await aliyun.send("13800000101", "N34", GIVEN, "text", "code:x")

    assert id == "900619746936498440^0"
    assert Provider.seen[0]["asked"] == {
        "PhoneNumbers": "13800000101",
        "SignName": "眉山医保",
        "TemplateCode": "SMS_154950909",
        "TemplateParam": '{"code": "048213"}',
        "OutId": "code:x",
    }
    assert Provider.seen[0]["headers"]["x-acs-action"] == "SendSms"


async def test_a_phone_is_called_with_the_template_that_is_read_aloud(aliyun: Aliyun) -> None:
    id = await aliyun.call("13800000101", "N34v", GIVEN, "text", "code:x")

    assert aliyun.speaks("N34v")
    assert not aliyun.speaks("N35v")
    assert id == "116012354148^102813140030"
    assert Provider.seen[0]["asked"]["TtsCode"] == "TTS_154950910"
    assert Provider.seen[0]["headers"]["x-acs-action"] == "SingleCallByTts"


async def test_a_wrong_secret_is_refused_by_the_provider_and_nothing_counts_as_sent(
    aliyun: Aliyun, settings: ChangeSettings
) -> None:
    settings(sms_secret="another")

    with pytest.raises(NotSent, match="SignatureDoesNotMatch"):
        await aliyun.send("13800000101", "N34", GIVEN, "text", "code:x")


@pytest.mark.parametrize("answer", [{"Code": "isv.BUSINESS_LIMIT_CONTROL"}, {"Code": "OK"}, {}])
async def test_what_the_provider_did_not_take_was_not_sent(
    aliyun: Aliyun, monkeypatch: pytest.MonkeyPatch, answer: dict[str, object] | dict[str, str]
) -> None:
    monkeypatch.setattr(Provider, "answer", answer)

    with pytest.raises(NotSent):
        await aliyun.send("13800000101", "N34", GIVEN, "text", "code:x")


async def test_a_provider_that_is_down_or_not_there_did_not_take_it(
    aliyun: Aliyun, monkeypatch: pytest.MonkeyPatch, settings: ChangeSettings
) -> None:
    monkeypatch.setattr(Provider, "status", 503)
    with pytest.raises(NotSent):
        await aliyun.send("13800000101", "N34", GIVEN, "text", "code:x")

    settings(sms_url="http://127.0.0.1:9")
    with pytest.raises(NotSent):
        await aliyun.send("13800000101", "N34", GIVEN, "text", "code:x")


async def test_one_s_own_gateway_gets_template_parameters_text_and_key(
    provider: str, monkeypatch: pytest.MonkeyPatch, settings: ChangeSettings
) -> None:
    monkeypatch.setattr(Provider, "answer", {"id": "m-1"})
    settings(sms_url=f"{provider}/send", sms_secret=SECRET)

    sent = await Plain().send("13800000101", "N34", GIVEN, "【眉山医保】验证码", "code:x")
    called = await Plain().call("13800000101", "N34v", GIVEN, "您的验证码是", "code:y")

    assert (sent, called) == ("m-1", "m-1")
    bodies = [json.loads(one["body"]) for one in Provider.seen]
    assert [one["channel"] for one in bodies] == ["sms", "voice"]
    assert bodies[0] == {
        "channel": "sms",
        "phone": "13800000101",
        "template": "N34",
        "parameters": GIVEN,
        "text": "【眉山医保】验证码",
        "key": "code:x",
    }


def test_a_gateway_nobody_knows_stops_the_first_message(settings: ChangeSettings) -> None:
    settings(sms="pigeon")

    with pytest.raises(ValueError, match="pigeon"):
        sms.gateway()


# -- reports -------------------------------------------------------------------------------------

REPORT = {
    "phone_number": "13800000101",
    "send_time": "2026-11-26 10:00:00",
    "report_time": "2026-11-26 10:00:03",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "900619746936498440^0",
    "out_id": "code:x",
}
HOOK = "/hooks/sms/a-secret-word"


async def report(client: Client, *reports: dict[str, Any], path: str = HOOK) -> int:
    answer = await client.http.post(path, content=json.dumps(reports), headers={"content-type": "application/json"})
    return answer.status_code


async def test_the_provider_s_report_is_kept_beside_the_message(client: Client, aliyun: Aliyun) -> None:
    await sms.send("13800000101", "N34", GIVEN, "text", "code:x")
    before = await fetch_value("SELECT state FROM sent_message")

    status = await report(client, REPORT)

    assert (before, status) == ("sent", 200)
    assert await fetch_value("SELECT state FROM sent_message") == "delivered"
    assert await fetch_value("SELECT reported_at FROM sent_message")


async def test_a_message_that_did_not_arrive_is_kept_with_the_reason(client: Client, aliyun: Aliyun) -> None:
    await sms.send("13800000101", "N34", GIVEN, "text", "code:x")

    await report(client, {**REPORT, "success": False, "err_code": "SP:0015"})

    assert await fetch_value("SELECT state FROM sent_message") == "failed"
    assert await fetch_value("SELECT reason FROM sent_message") == "SP:0015"


async def test_a_repeated_key_that_the_provider_knew_is_written_down_once(database: None, aliyun: Aliyun) -> None:
    for _ in range(2):
        await sms.send("13800000101", "N34", GIVEN, "text", "code:x")

    assert await fetch_value("SELECT count(*) FROM sent_message") == 1


async def test_the_ledger_of_messages_holds_neither_phone_nor_code(database: None, aliyun: Aliyun) -> None:
    await sms.send("13800000101", "N34", GIVEN, "text", "code:x")

    row = await fetch_value("SELECT id || template || channel || state || reason FROM sent_message")

    assert "13800000101" not in row
    assert "048213" not in row


@pytest.mark.parametrize("path", ["/hooks/sms/guessed", "/hooks/sms/%E4%BB%A4"])
async def test_whoever_does_not_know_the_secret_word_finds_nothing_there(client: Client, path: str) -> None:
    assert await report(client, REPORT, path=path) == 404


async def test_without_a_secret_word_in_the_settings_no_report_is_taken(
    client: Client, settings: ChangeSettings
) -> None:

    settings(sms_reports="")

    assert await report(client, REPORT, path="/hooks/sms/a-secret-word") == 404


@pytest.mark.parametrize("body", ["", "{}", "[{}]", "[1]", "not json"])
async def test_a_report_that_cannot_be_read_is_refused(client: Client, aliyun: Aliyun, body: str) -> None:
    answer = await client.http.post(HOOK, content=body)

    assert answer.status_code == 400


async def test_reports_of_messages_that_are_not_ours_change_nothing(client: Client, aliyun: Aliyun) -> None:
    assert await report(client, REPORT) == 200
    assert await fetch_value("SELECT count(*) FROM sent_message") == 0
