"""The page on which two versions of a form stand side by side, as a browser without script reads and sends it."""

import re
from html import unescape
from typing import Any

from tests.helpers.client import Client

RADIO = re.compile(r'<input type="radio" name="(chosen-\d)" value="([^"]*)"( checked="checked")?>')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def sides(client: Client) -> dict[str, list[str]]:
    """Return ``{name: [typed, saved]}`` of the choices on the page; the typed one is chosen on each."""
    found: dict[str, list[str]] = {}
    for name, text, chosen in RADIO.findall(client.text):
        assert bool(chosen) == (name not in found)
        found.setdefault(name, []).append(unescape(text))
    return found


async def choose(client: Client, **other: str) -> None:
    """Press 按我选的保存 as a browser without script would, with *other* choices than those made beforehand."""
    form = client.text.partition('<form method="post"')[2]
    address = unescape(form.partition('action="')[2].partition('"')[0])
    sent: list[tuple[str, str]] = [
        (name, unescape(text)) for name, text in HIDDEN.findall(form.partition("</form>")[0])
    ]
    sent += [(name, other.get(name.replace("-", "_"), texts[0])) for name, texts in sides(client).items()]
    data: dict[str, Any] = {}
    for name, text in sent:
        data.setdefault(name, []).append(text)
    client.page = await client.http.post(address, data=data, follow_redirects=True)
