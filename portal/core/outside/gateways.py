"""SMS gateways over HTTP: a plain JSON one for an operator's own gateway, and Alibaba Cloud's.

They know nothing of the portal but their settings. The client is the standard library's, in a thread: a
few messages a second need no more, and no provider's kit of thirty packages comes in with it.
Sources: help.aliyun.com, "V3 request structure and signature", SendSms and SingleCallByTts of
2017-05-25, SmsReport (HTTP batch push).
"""

import asyncio
import hashlib
import hmac
import http.client
import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from portal.core.store.crypto import token
from portal.core.tools import clock
from portal.core.tools.settings import SETTINGS

SECONDS = 10.0
ALIYUN_SMS = "https://dysmsapi.aliyuncs.com"
ALIYUN_VOICE = "https://dyvmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"


class NotSent(Exception):
    """The gateway did not take the message; trying again may help."""


class Report(msgspec.Struct, frozen=True):
    """What became of a message: the provider's id for it, whether it arrived, and the provider's code."""

    id: str
    arrived: bool
    reason: str = ""


class Plain:
    """An operator's own gateway: JSON is posted to one address, an id comes back.

    ``{"channel", "phone", "template", "parameters", "text", "key"}`` with ``Authorization: Bearer``;
    the answer is ``{"id"}``; reports are a list of ``{"id", "arrived", "reason"}``.
    """

    def speaks(self, template: str) -> bool:
        """Return True: the operator's gateway reads the text that it is given."""
        return True

    async def send(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Hand a message over."""
        return await self._hand_over("sms", phone, template, parameters, text, key)

    async def call(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Have the phone called and the text read."""
        return await self._hand_over("voice", phone, template, parameters, text, key)

    async def _hand_over(
        self, channel: str, phone: str, template: str, parameters: dict[str, str], text: str, key: str
    ) -> str:
        sent = {
            "channel": channel,
            "phone": phone,
            "template": provider_template(template),
            "parameters": parameters,
            "text": text,
            "key": key,
        }
        headers = {"authorization": f"Bearer {SETTINGS.sms_secret}", "content-type": "application/json"}
        answer = await posted(SETTINGS.sms_url, json.dumps(sent, ensure_ascii=False).encode(), headers)
        return _id_in(answer, "id")

    def reports(self, body: bytes) -> list[Report]:
        """Return the reports in *body*."""
        return msgspec.json.decode(body, type=list[Report])


# D24: the provider's kit is 31 MB; its signature is forty lines.
class Aliyun:
    """Alibaba Cloud's 短信服务 and 语音服务: approved templates, signed requests."""

    def speaks(self, template: str) -> bool:
        """Return whether *template* was set up with the provider, who reads nothing else aloud."""
        return template in provider_templates()

    async def send(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Send by SendSms; the template's variables are named as ours."""
        asked = {
            "PhoneNumbers": phone,
            "SignName": parameters.get("sign", "").strip("【】"),
            "TemplateCode": provider_template(template),
            "TemplateParam": _variables(parameters),
            "OutId": key,
        }
        return await self._ask(SETTINGS.sms_url or ALIYUN_SMS, "SendSms", asked, "BizId")

    async def call(self, phone: str, template: str, parameters: dict[str, str], text: str, key: str) -> str:
        """Have the phone called by SingleCallByTts."""
        asked = {
            "CalledNumber": phone,
            "TtsCode": provider_template(template),
            "TtsParam": _variables(parameters),
            "OutId": key[:15],
        }
        return await self._ask(SETTINGS.sms_url or ALIYUN_VOICE, "SingleCallByTts", asked, "CallId")

    async def _ask(self, address: str, action: str, asked: dict[str, str], id: str) -> str:
        line = query(asked)
        headers = signed(urlsplit(address).netloc, action, "2017-05-25", line, clock.now(), token(16))
        answer = await posted(f"{address}/?{line}", b"", headers)
        if answer.get("Code") != "OK":
            raise NotSent(str(answer.get("Code", "")))
        return _id_in(answer, id)

    def reports(self, body: bytes) -> list[Report]:
        """Return the reports of SmsReport in *body*."""
        rows = msgspec.json.decode(body, type=list[dict[str, Any]])
        return [
            Report(str(row["biz_id"]), row.get("success") is True, str(row.get("err_code", ""))[:60]) for row in rows
        ]


def query(asked: dict[str, str]) -> str:
    """Return *asked* as a canonical query: sorted, percent-encoded by RFC 3986."""
    return "&".join(f"{quote(name, safe='~')}={quote(text, safe='~')}" for name, text in sorted(asked.items()))


def signed(host: str, action: str, version: str, line: str, at: datetime, nonce: str) -> dict[str, str]:
    """Return the headers of a request without a body, signed by `ALGORITHM`."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n{line}\n{lines}\n{names}\n{empty}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.digest(SETTINGS.sms_secret.encode(), f"{ALGORITHM}\n{hashed}".encode(), "sha256").hex()
    said = f"{ALGORITHM} Credential={SETTINGS.sms_user},SignedHeaders={names},Signature={signature}"
    return {**headers, "authorization": said}


def provider_templates() -> dict[str, str]:
    """Return the provider's template ids by ours, from the file an operator keeps; empty without one."""
    return tomllib.loads(Path(SETTINGS.sms_templates).read_text()) if SETTINGS.sms_templates else {}


def provider_template(ours: str) -> str:
    """Return the provider's id of our template, ours where none was set."""
    return provider_templates().get(ours, ours)


async def posted(address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    """Return the JSON that came back.

    Raises:
        NotSent: no answer, or none that can be read.
    """
    try:
        return await asyncio.to_thread(_posted, address, body, headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotSent(type(error).__name__) from error


def _posted(address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(address)
    kind = http.client.HTTPConnection if parts.scheme == "http" else http.client.HTTPSConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("POST", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read(100_000))
        if not isinstance(said, dict) or answer.status >= 500:
            raise ValueError(answer.status)
        return said
    finally:
        connection.close()


def _variables(parameters: dict[str, str]) -> str:
    return json.dumps({name: text for name, text in parameters.items() if name != "sign"}, ensure_ascii=False)


def _id_in(answer: dict[str, Any], name: str) -> str:
    if not answer.get(name):
        raise NotSent("no id")
    return str(answer[name])[:64]
