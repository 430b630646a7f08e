"""授权委托书: the letter of a delegation, filled in by the portal, to be printed and signed by hand."""

from datetime import datetime

import msgspec

from portal.accounts.delegation import SCOPES, Delegation
from portal.accounts.person import Person
from portal.core.tools.i18n import long_day
from portal.core.tools.paper import pdf
from portal.regions.load import Region


class Letter(msgspec.Struct, frozen=True):
    """The content of the letter for the page and the PDF, with blank lines for the signatures."""

    title: str
    rows: list[tuple[str, str]]
    scopes: list[str]
    body: list[str]
    signatures: list[str]


SIGNATURES = ["委托人签名（或按手印）", "受托人签名", "见证人签名（委托人不能写字时）", "日期"]


def written(region: Region, delegation: Delegation, principal: Person, proxy: Person) -> Letter:
    """Return the content of the letter for *delegation*."""
    disease = region.diseases.get(delegation.disease)
    rows = [
        ("委托人", principal.name),
        ("委托人证件号码", principal.id_number),
        ("委托人联系电话", delegation.principal_phone),
        ("受托人", proxy.name),
        ("受托人证件号码", proxy.id_number),
        ("受托人联系电话", delegation.proxy_phone),
        ("受托人是委托人的", delegation.relation),
        ("委托事项", region.rules.service.name_zh),
        *([("写明的病种", f"{disease.name_zh}（{disease.code}）")] if disease else []),
        ("委托期限", f"{long_day(delegation.starts_on)} 至 {long_day(delegation.ends_on)}"),
    ]
    body = ["委托人委托受托人办理以上事项，受托人在下列权限和期限内所办的，由委托人承担。受托人不得转委托。"]
    return Letter("授权委托书", rows, [SCOPES[scope] for scope in delegation.scopes], body, SIGNATURES)


async def as_pdf(letter: Letter, made: datetime) -> bytes:
    """Return the letter as PDF/A-3a with PDF/UA-1 tags.

    Raises:
        CannotPrint: the letter has a character that none of our fonts contains.
    """
    return await pdf("letters/mandate", msgspec.to_builtins(letter), made)
