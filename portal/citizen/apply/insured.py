"""The advice on the insurance page: how the register's record fits the city's rules, and what to do."""

import msgspec

from portal.core.tools.i18n import Said
from portal.regions.load import Region

UNPROVEN = "unproven"  # a proxy without a verified proof is shown no data of the register
WITHOUT_RECORD = {
    "unreachable": "现在查不到参保信息，不是您的问题。您可以先填、先提交，我们会人工核对。",
    UNPROVEN: "委托确认以后，才能看对方的参保信息。您可以先往下填，提交后我们会核对。",
}
WITH_RECORD = {
    "elsewhere": "没有查到您在{region}参加医保。请到您参保的地方申请。不清楚在哪里参保，请打 {hotline}。",
    "suspended": "您的医保现在是暂停状态。恢复后就可以申请。怎样恢复，请打 {hotline}。您可以先填，内容会给您留着。",
    "ended": "您在这里的医保已经终止，现在不能申请。有疑问请打 {hotline}。",
    "arrears": "您的医保费还没有交齐。请先补交，再来提交申请。您可以先填，内容会给您留 {days} 天。",
    "warn": "您的医保费还没有交齐。可以先申请，但可能影响享受待遇，请尽快补交。",
}


class Notice(msgspec.Struct, frozen=True):
    """A note about the person's insurance; *sign* and *look* are arguments of the macro `note`."""

    sign: str
    look: str
    sentence: str


def notice(standing: str, region: Region) -> Notice | None:
    """Return the note for a *standing* (of `eligibility.standing`, or `UNPROVEN`); None if all is in order."""
    if standing in WITHOUT_RECORD:
        return Notice("clock", "", WITHOUT_RECORD[standing])
    if standing not in WITH_RECORD:
        return None
    days = region.rules.draft.kept_days
    sentence = Said(WITH_RECORD[standing], region=region.short, hotline=region.phone, days=days)
    return Notice("yours", "warn", sentence)
