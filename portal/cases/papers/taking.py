"""Take the files of a form, sent with it or in parts before, wherever papers are asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request

from portal.accounts.devices import device_in
from portal.cases.figures import measures
from portal.cases.life.case import Case
from portal.core.web import uploads
from portal.core.web.forms import Form
from portal.core.web.sessions import visitor_of
from portal.core.web.uploads import Limits, Received
from portal.documents import keep, partial
from portal.documents.allowed import Allowed
from portal.documents.partial import Partial
from portal.documents.places import Refusals
from portal.regions.load import Region

NOTHING = "还没有选文件。请先拍照或选文件，再点上传。"


class Taken(msgspec.Struct, frozen=True):
    """What came with a form: its other fields, how many files, and ``(name, sentence)`` of those refused."""

    form: Form
    count: int
    refused: Refusals


async def take_all(
    request: Request[Any, Any, Any],
    case: Case,
    slot: str,
    allowed: Allowed,
    ready: Callable[[], Awaitable[None]] | None = None,
) -> Refusals:
    """Take every file of a form as `take_form` does; return those refused, which is none only when one was taken."""
    taken = await take_form(request, case, slot, allowed, ready)
    return taken.refused if taken.count else [("", NOTHING)]


async def take_form(
    request: Request[Any, Any, Any],
    case: Case,
    slot: str,
    allowed: Allowed,
    ready: Callable[[], Awaitable[None]] | None = None,
) -> Taken:
    """Take every file of a form, sent with it or in parts before.

    *ready* leaves with a problem when the case takes no files now; it is asked once the token is known to be good.
    """
    by = visitor_of(request).subject
    found = list[tuple[str, int, str]]()
    async with uploads.received(request, limits_of(case.city)) as (form, files):
        if ready:
            await ready()
        for file in files:
            found.append((file.filename, file.size, await take(file, case, slot, allowed, by)))
        for id in _named(form):
            upload = await partial.partial(id, by)
            reason = await take_partial(upload, case, slot, allowed, by) if upload else "gone"
            found.append((upload.name if upload else "", upload.size if upload else 0, reason))
    for _, _, reason in found:
        if reason:
            await measures.add(case.region, "upload", reason)
            await measures.add(case.region, "browser", device_in(request.headers.get("user-agent", "")))
    said = [(name, allowed.sentence(reason, name, size, case.city)) for name, size, reason in found if reason]
    return Taken(form, len(found), said)


async def take(file: Received, case: Case, slot: str, allowed: Allowed, by: str) -> str:
    """Take one file for a slot; return "" or the name of the reason why not."""
    held = len(await keep.in_slot(case.id, slot))
    return allowed.reason(file, held) or await keep.take(file, case=case.id, slot=slot, by=by, region=case.city)


async def take_partial(upload: Partial, case: Case, slot: str, allowed: Allowed, by: str) -> str:
    """Take a file that came in parts, once however often a form names it; return as `take` does."""
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
    """Return what one form may hold."""
    rules = region.rules.uploads
    return Limits(file=rules.max_file_mib << 20, total=rules.max_total_mib << 20, count=rules.max_files_per_case)
