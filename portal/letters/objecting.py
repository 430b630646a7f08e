"""What a person can do who disagrees with a decision: each way, until when, and where it is open.

All of them lead outside the portal. A way on line is named here once it has a page, and not before.
"""

from portal.regions.load import Region


# D94: no way on line is named before a page takes it.
def ways_to_object(region: Region) -> list[str]:
    """Return one sentence for each way to object to a decision of the city's agency."""
    appeal = region.rules.appeal
    return [
        f"收到本文书之日起 {appeal.recheck_days} 日内，可以向{appeal.agency_zh}书面申请复核："
        f"写清姓名、{region.rules.query.number_name_zh}、哪里不同意和为什么，签上名字。{_where(region)}",
        f"自知道本决定之日起 {appeal.reconsideration_days} 日内，可以向{appeal.reconsideration_body_zh}申请行政复议。",
        f"自知道本决定之日起 {appeal.litigation_months} 个月内，可以依法向{appeal.court_zh}提起行政诉讼。",
        f"也可以打 {'、'.join(appeal.complaint_zh)} 反映。依据：《中华人民共和国社会保险法》第八十三条。",
    ]


def _where(region: Region) -> str:
    """Return where a written objection goes, as far as the city's data knows."""
    address = region.rules.agency.post_to_zh
    if address:
        return f"寄到或者送到：{address}。不清楚的打 {region.hotline} 问。"
    return f"寄到哪里、送到哪里，请打 {region.hotline} 问。"
