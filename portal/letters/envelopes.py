"""The contents of a batch of envelopes as one PDF for the printer: address sheets and letters."""

from collections.abc import Sequence
from typing import Any

import msgspec

from portal.cases.life.case import Case
from portal.cases.mail.envelopes import Delivery
from portal.core.tools import clock
from portal.core.tools.paper import CannotPrint, pdf
from portal.letters.letter import Letter, drawn, letters
from portal.questions.rules import grouped_mobile
from portal.regions.load import Region

MAILED = ("L03", "L06", "L09", "L10", "L11", "L14")  # the letters that are sent by mail
AT_ONCE = 20  # most envelopes in one PDF; the sandbox renders them in a few seconds


async def inside(case: Case) -> list[Letter]:
    """Return the letters of a case that are sent by mail."""
    return [letter for letter in await letters(case.id) if letter.kind in MAILED and not letter.void]


async def as_pdf(region: Region, envelopes: Sequence[tuple[Case, Delivery]]) -> bytes:
    """Return the contents of the envelopes as one PDF: for each the address sheet, then its letters.

    Raises:
        CannotPrint: a letter has a character that none of our fonts contains.
    """
    rows = [await _envelope(case, known, number) for number, (case, known) in enumerate(envelopes, start=1)]
    data = {"agency": region.rules.agency.name_zh, "hotline": region.hotline, "envelopes": rows}
    return await pdf("letters/envelopes", data, clock.now())


async def unprintable(region: Region, envelopes: Sequence[tuple[Case, Delivery]]) -> list[Delivery]:
    """Return the envelopes that cannot be printed; they are tried one by one only if the whole batch fails."""
    try:
        await as_pdf(region, envelopes)
    except CannotPrint:
        if len(envelopes) == 1:
            return [envelopes[0][1]]
        return [bad for envelope in envelopes for bad in await unprintable(region, [envelope])]
    return []


# D55: the address sheet comes first and does not say what the envelope contains; the clerk folds it around.
async def _envelope(case: Case, delivery: Delivery, number: int) -> dict[str, Any]:
    where = delivery.where
    return {
        "where": msgspec.to_builtins(where),
        "mobile": grouped_mobile(where.recipient_mobile),
        "tail": case.number[-4:],
        "position": number,
        "letters": [_letter(letter) for letter in await inside(case)],
    }


def _letter(letter: Letter) -> dict[str, Any]:
    content = letter.opened()
    return {**msgspec.to_builtins(content), "qr": drawn(content.verify_at), "void": letter.void}
