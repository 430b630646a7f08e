"""Store the files of a form, sent with it or by resumable upload before."""

from typing import NamedTuple

import msgspec

from portal.accounts.devices import device_in
from portal.cases.figures import measures
from portal.cases.life.case import Case
from portal.core.web.forms import Form
from portal.core.web.uploads import Limits, Received, Sending
from portal.documents import keep, partial
from portal.documents.accepted import Allowed
from portal.documents.partial import Partial
from portal.documents.places import Refusals
from portal.regions.load import Region

NOTHING = "还没有选文件。请先拍照或选文件，再点上传。"


class Taken(msgspec.Struct, frozen=True):
    """The content of a form: its other fields, the number of files, and ``(name, sentence)`` of refused files."""

    form: Form
    count: int
    refused: Refusals


async def take_all(sending: Sending, case: Case, slot: str, allowed: Allowed) -> Refusals:
    """Store the files of a form as `take_form` does; return the refusals, empty only if a file was stored."""
    taken = await take_form(sending, case, slot, allowed)
    return taken.refused if taken.count else [("", NOTHING)]


async def take_form(sending: Sending, case: Case, slot: str, allowed: Allowed) -> Taken:
    """Store all files of a form, sent with it or by resumable upload before."""
    outcomes = [
        *[await _outcome(file, case, slot, allowed, sending.sender) for file in sending.files],
        *[await _outcome_in_parts(id, case, slot, allowed, sending.sender) for id in _named(sending.form)],
    ]
    refused = [outcome for outcome in outcomes if outcome.reason]
    for outcome in refused:
        await measures.add(case.region, "upload", outcome.reason)
        await measures.add(case.region, "browser", device_in(sending.agent))
    said = [(file.name, allowed.sentence(file.reason, file.name, file.size, case.city)) for file in refused]
    return Taken(sending.form, len(outcomes), said)


class _Outcome(NamedTuple):
    """The result for one file: the reason of the refusal, or an empty text."""

    name: str
    size: int
    reason: str


async def _outcome(file: Received, case: Case, slot: str, allowed: Allowed, by: str) -> _Outcome:
    return _Outcome(file.filename, file.size, await take(file, case, slot, allowed, by))


async def _outcome_in_parts(id: str, case: Case, slot: str, allowed: Allowed, by: str) -> _Outcome:
    upload = await partial.partial(id, by)
    if upload is None:
        return _Outcome("", 0, "gone")
    return _Outcome(upload.name, upload.size, await take_partial(upload, case, slot, allowed, by))


async def take(file: Received, case: Case, slot: str, allowed: Allowed, by: str) -> str:
    """Store one file in a slot; return "", or the name of the reason if it is refused."""
    held = len(await keep.in_slot(case.id, slot))
    return allowed.reason(file, held) or await keep.take(file, case=case.id, slot=slot, by=by, region=case.city)


async def take_partial(upload: Partial, case: Case, slot: str, allowed: Allowed, by: str) -> str:
    """Store a file of a resumable upload, once even if a form names it twice; return as `take` does."""
    if await partial.offset(upload) < upload.size:
        return "gone"
    outcome = await partial.claim(upload)
    if not outcome:
        try:
            async with partial.whole(upload) as file:
                outcome = await take(file, case, slot, allowed, by) or partial.TAKEN
        finally:
            await partial.settle(upload, outcome)
    return "" if outcome == partial.TAKEN else outcome


def _named(form: Form) -> list[str]:
    return [id for id in dict.fromkeys(form.all("upload")) if id]


def limits_of(region: Region) -> Limits:
    """Return the limits of one form with files."""
    rules = region.rules.uploads
    return Limits(file=rules.max_file_mib << 20, total=rules.max_total_mib << 20, count=rules.max_files_per_case)
