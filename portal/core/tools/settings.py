"""Every environment variable the portal reads, with its default and its meaning.

`SETTINGS` is read once, when the package is first imported; nothing else looks at the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any


def setting(default: Any, meaning: str, *, secret: bool = False, name: str = "") -> Any:
    """Declare one setting; *name* only where the variable is not ``PORTAL_`` + the field's name."""
    return field(default=default, metadata={"meaning": meaning, "secret": secret, "name": name})


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set; the defaults run on a laptop."""

    host: str = setting("127.0.0.1", "Address the server listens on.")
    port: int = setting(8000, "Port the server listens on.")
    data: Path = setting(Path("var"), "Folder for the embedded database, files, keys and compiled templates.")
    cache: str = setting("", "Folder for compiled templates, made again when it is gone; empty: in the data folder.")
    database: str = setting(
        "",
        "postgresql://... ; empty: an embedded SQLite database in the data folder.",
        secret=True,
        name="DATABASE_URL",
    )
    pool: int = setting(10, "Connections to PostgreSQL that one process keeps open.")
    files: str = setting("", "s3://bucket/prefix for files; empty: a folder in the data folder.")
    origin: str = setting("", "Public address, e.g. https://mt.example.gov.cn; in SMS links and QR codes.")
    hosts: str = setting("", "Further host names to answer to, comma separated; others get 421.")
    proxies: int = setting(0, "Reverse proxies in front whose X-Forwarded-For entry is trusted.")
    https: bool = setting(True, "Cookies are Secure and __Host-, HSTS is sent; off only on a laptop.")
    demo: bool = setting(False, "Demonstration: demo people, SMS codes shown on the page, a mark on every page.")
    worker: bool = setting(False, "Work the outbox inside the server (the demonstration does).")
    keys: str = setting("", "Key file; empty: keys.toml in the data folder. Made by `portal keys`.")
    cipher: str = setting("aes", "What new keys are for: aes (AES-256-GCM) or sm4 (SM4-GCM, slower).")
    clamd: str = setting("", "Virus scanner: host:port of a clamd, or the path of its socket; empty: none.")
    sms: str = setting("demo", "SMS gateway: demo (kept in the database, sent nowhere), http (one's own), aliyun.")
    sms_url: str = setting("", "Address of the SMS gateway; empty: the provider's own.")
    sms_user: str = setting("", "Key id at the SMS provider.")
    sms_secret: str = setting(
        "", "Key secret at the SMS provider, or the bearer word of one's own gateway.", secret=True
    )
    sms_templates: str = setting(
        "", "TOML file: the provider's template ids by our numbers (notices/texts.toml; codes N34, aloud N34v)."
    )
    sms_reports: str = setting(
        "", "Secret word in /hooks/sms/WORD, where delivery reports are taken; empty: none.", secret=True
    )
    codes_hour: int = setting(5, "Codes one phone gets in an hour.")
    codes_day: int = setting(10, "Codes one phone gets in a day.")
    codes_browser: int = setting(10, "Codes one browser gets in an hour.")
    codes_address: int = setting(20, "Codes one address gets in an hour before each takes a proof of work.")
    codes_budget: int = setting(20000, "Codes all together get in a day; more raises an alarm in the log.")
    codes_free: int = setting(2, "Codes a phone or browser gets in an hour before each takes a proof of work.")
    proof: int = setting(50000, "Hashes a proof of work takes at most; half of it on average.")
    proof_wait: int = setting(30, "Seconds somebody without script waits instead of a proof of work.")
    silence: int = setting(90, "Days without a sign-in after which a phone alone no longer proves who it is.")
    face: str = setting(
        "", "Face verifier: demo (looks at the picture's size, light and sharpness); empty: not offered."
    )
    insurance: str = setting("demo", "Insurance register: demo (the demo people).")
    regions: str = setting("", "Folder of further regions beside the shipped ones.")
    log: str = setting("info", "Least level that is logged: debug, info, warning, error.")
    decode_seconds: int = setting(20, "Seconds of CPU that opening one uploaded file may take.")
    streams: int = setting(2000, "Open event streams one process serves at most.")

    @property
    def public_origin(self) -> str:
        """The address people reach us at, without a slash at the end."""
        return self.origin.rstrip("/") or f"http://{self.host}:{self.port}"


def variable(one: "Field[Any]") -> str:
    """Return the environment variable of a field of `Settings`."""
    return one.metadata["name"] or f"PORTAL_{one.name.upper()}"


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings in *environment*.

    Raises:
        ValueError: a number or yes/no cannot be understood; the message names the variable.
    """
    found: dict[str, Any] = {}
    for one in fields(Settings):
        text = environment.get(variable(one))
        if text is not None and text != "":
            found[one.name] = _understood(variable(one), text, type(one.default))
    return replace(Settings(), **found)


def _understood(name: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        if text.lower() not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise ValueError(f"{name} must be 1 or 0, not {text!r}")
        return text.lower() in {"1", "true", "yes", "on"}
    try:
        return Path(text) if issubclass(kind, Path) else kind(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {text!r}") from None


def shown(settings: Settings) -> list[tuple[str, str, str]]:
    """Return ``(variable, value, meaning)`` of every setting, secrets masked."""
    return [
        (
            variable(one),
            "***" if one.metadata["secret"] and getattr(settings, one.name) else str(getattr(settings, one.name)),
            one.metadata["meaning"],
        )
        for one in fields(Settings)
    ]


SETTINGS = read(os.environ)
