"""What stands on a page, for tests: its title, its errors and where they lead, what was typed."""

import html
import re

from tests.helpers.client import Client

SUMMARY = re.compile(r'id="error-summary".*?</ul>', re.DOTALL)
LINK = re.compile(r'<a href="#([^"]+)">(.*?)</a>')


def title(client: Client) -> str:
    """Return the page's title without the names of the service and the city."""
    (found,) = re.findall(r"<title>(.*?)</title>", client.text)
    return html.unescape(found).partition(" – ")[0]


def heading(client: Client) -> str:
    """Return the text of the page's only h1."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", client.text, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found).strip()


def errors(client: Client) -> dict[str, str]:
    """Return what the error summary says, by the place each line leads to; every place is on the page."""
    summary = SUMMARY.search(client.text)
    found = {name: html.unescape(text) for name, text in LINK.findall(summary[0])} if summary else {}
    assert all(f'id="{name}"' in client.text for name in found), f"{client.path}: a line of the summary leads nowhere"
    return found


def typed(client: Client, name: str) -> str:
    """Return what stands in a field."""
    field = re.search(rf'<input[^>]*\bname="{re.escape(name)}"[^>]*\bvalue="([^"]*)"', client.text)
    area = re.search(rf'<textarea[^>]*\bname="{re.escape(name)}"[^>]*>([^<]*)</textarea>', client.text)
    found = field or area
    assert found, f"no field {name} on {client.path}"
    return html.unescape(found[1])


def chosen(client: Client, name: str) -> list[str]:
    """Return the values of the radios or checkboxes called *name* that are ticked."""
    inputs = re.findall(rf'<input[^>]*\bname="{re.escape(name)}"[^>]*>', client.text)
    return [re.findall(r'value="([^"]*)"', one)[0] for one in inputs if "checked" in one]


def refused(client: Client) -> dict[str, str]:
    """Fail unless the page is one with errors: 422, title, summary with links, marked fields; return the errors."""
    assert client.status == 422, f"{client.path}: {client.status}"
    assert title(client).startswith("错误：")
    found = errors(client)
    assert found
    return found
