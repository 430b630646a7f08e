"""One whole application, as a browser without script makes it: fifteen pages, a photo, the receipt."""

import re

from tests.bench.client import Answer, Browser
from tests.helpers.answers import AFTER_MATERIALS, BEFORE_MATERIALS, fields

SLOTS = ("medical_records.exam_report", "identity")
WITHOUT = ("medical_records.diagnosis_certificate", "medical_records.inpatient_record")


def sign_in(browser: Browser, mobile: str) -> None:
    """Sign in; the demonstration shows the code."""
    page = browser.get("/meishan/login")
    page = browser.follow(browser.post("/meishan/login", {**page.hidden, "mobile": mobile}))
    code = re.search(r'id="demo-code">(\d{6})<', page.text)
    assert code, page.text[:500]
    answer = browser.post("/meishan/login/code", {**page.hidden, "code": code[1]})
    assert answer.status == 303, answer.text[:500]


def apply(browser: Browser, name: str, photo: bytes, disease: str) -> str:
    """Apply for *disease* and return the application number."""
    page = browser.get("/meishan/apply/new")
    page = browser.follow(browser.post("/meishan/apply/new", page.hidden))
    home = browser.last
    for slug in BEFORE_MATERIALS:
        given = fields(slug)
        _step(browser, f"{home}/{slug}", {**given, "disease": disease} if slug == "disease" else given)
    _materials(browser, home, photo)
    for slug in AFTER_MATERIALS:
        _step(browser, f"{home}/{slug}", fields(slug))
    browser.get(f"{home}/review")
    page = browser.get(f"{home}/signature")
    answer = browser.post(f"{home}/signature", {**page.hidden, "declared": "yes", "signature": name})
    assert answer.status == 303, answer.text[-1500:]
    receipt = browser.follow(answer)
    number = re.search(r'id="number">([\d ]{14})<', receipt.text)
    assert number
    return number[1].replace(" ", "")


def _step(browser: Browser, path: str, fields: dict[str, str]) -> Answer:
    page = browser.get(path)
    answer = browser.post(path, {**page.hidden, **fields})
    assert answer.status == 303, (path, answer.text[-1500:])
    return answer


def _materials(browser: Browser, home: str, photo: bytes) -> None:
    page = browser.get(f"{home}/materials")
    for number, slot in enumerate(SLOTS):
        # A comment behind the picture makes each file one of its own; two alike would be refused.
        content = photo + b"%d" % number if number == 0 else SMALL + b"%d" % number
        answer = browser.upload(f"{home}/materials/{slot}", page.hidden["csrf"], "a.jpg", "image/jpeg", content)
        assert answer.status == 303, answer.text[-1500:]
        page = browser.follow(answer)
    fields = {f"without.{slot}": "yes" for slot in WITHOUT}
    answer = browser.post(f"{home}/materials", {**page.hidden, **fields})
    assert answer.status == 303, answer.text[-1500:]


SMALL = b""
