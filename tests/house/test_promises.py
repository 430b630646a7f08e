"""Whoever reads of a way can go it: each promise in a page, letter, message or a city's data has a page behind it."""

import re
from collections.abc import Mapping

from portal.letters.issue import texts as letters
from portal.letters.objecting import ways_to_object
from portal.notices.write import texts as messages
from portal.regions.load import REGIONS
from portal.routes import declared
from tests.helpers.texts import texts

# A sentence that tells of a way: that something can be done here or online, or that somebody will call.
WAY = re.compile(
    r"网上就?能|在网上[^，。]{0,4}(办|申|改|看)|随时(可以|登录)|(打|来)电话(问|给)您|可以查|(可以|可)(重新|再次)申请|取回修改|改一改再交"
)
# What is promised, and the page that keeps it.
KEPT: Mapping[str, str] = {
    r"办理进度|看进度": "/{r}/cases/{no}",
    r"重新申请|再次申请": "/{r}/cases/{no}/again",
    r"取回修改": "/{r}/cases/{no}/take-back",
    r"文书(都能)?在?网上|网上一样能看|在网上看|电子的一直在网上": "/{r}/cases/{no}/letters/{id}",
    r"想要纸质的": "/{r}/cases/{no}/delivery",
    r"可以自己在网上改": "/{r}/cases/{no}/delivery/address",
    r"随时可以在设置里撤回": "/{r}/settings",
    r"随时可以(在“委托”里)?撤销": "/{r}/delegations/{id}",
    r"随时可以(不让对方办|在“委托”里结束)": "/{r}/delegations/{id}",
    r"改一改再交": "/{r}/cases/{no}/take-back",
    r"能撤销|您随时可以撤销|没到期，您也随时可以撤销": "/{r}/delegations/{id}",
    r"电话(问|给)您": "/staff/calls",
    r"全程网上办|您在网上提交|网上填写|本人在网上委托|在网上申请时系统": "/{r}/apply/new",
    r"查看、更正、删除自己的信息": "/{r}/settings/closing",
    r"网上不能续期": "/{r}/benefits/{id}/renewals/new",
}
OBJECTS = re.compile(r"复核|申诉|复议|不同意怎么办")


def every_text() -> dict[str, str]:
    """Return each text that somebody reads, with where it stands: pages, code, cities, SMS, letters."""
    found = dict(texts())
    found |= {text.sms: f"N {code}" for code, text in messages().items()}
    found |= {part: f"L {kind}" for kind, text in letters().items() for part in text.body}
    found |= {way: "the ways to object" for region in REGIONS.values() for way in ways_to_object(region)}
    return found


def test_every_promise_of_a_way_has_a_page_that_keeps_it() -> None:
    pages = {route.path for route in declared()}
    promised = [text for text in every_text() if WAY.search(text)]

    nowhere = [text for text in promised if not any(re.search(words, text) for words in KEPT)]
    broken = {words: page for words, page in KEPT.items() if page not in pages}

    assert len(promised) > 20, "the pattern finds no promises any more"
    assert not nowhere, "which page keeps this promise? add it to KEPT, or take the promise away"
    assert not broken, "this page is gone, and something still promises it"


def test_nothing_promises_an_objection_on_line_while_no_page_takes_one() -> None:
    assert not [route for route in declared() if "appeal" in route.path or "objections" in route.path]

    on_line = re.compile(r"网上(就?能|可以|申|提)|在线|已受理您的申诉|查看?进度")
    assert [text for text in every_text() if OBJECTS.search(text) and on_line.search(text)] == []


def test_nobody_is_asked_for_a_rating_that_no_page_takes() -> None:
    assert [text for text in every_text() if "请您评价" in text] == []
