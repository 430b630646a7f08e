"""The advice about a person's insurance: how the register's record fits the city's rules, and what to do.

Each sentence exists for the insured person and for a proxy, who is told about the other person.
"""

from collections.abc import Mapping

import msgspec

from portal.cases.apply.ready import NotInsured
from portal.core.tools.i18n import Said
from portal.regions.load import REGIONS, Region

UNPROVEN = "unproven"  # a proxy without a verified proof is shown no data of the register
WITHOUT_RECORD = {
    "unreachable": "现在查不到参保信息，不是您的问题。您可以先填、先提交，我们会人工核对。",
    UNPROVEN: "委托确认以后，才能看对方的参保信息。您可以先往下填，提交后我们会核对。",
}
OWN = {
    "elsewhere": "没有查到您在{region}参加医保。请到您参保的地方申请。不清楚在哪里参保，请打 {hotline}。",
    "in_another": "您在{other}参加医保，不在{region}。请到{other}申请。有疑问请打 {hotline}。",
    "suspended": "您的医保现在是暂停状态。恢复后就可以提交。怎样恢复、到哪里办，请打 {hotline}。",
    "ended": "您在这里的医保已经终止，现在不能申请。怎样重新参保、到哪里办，请打 {hotline}。",
    "arrears": "您的医保费还没有交齐。请先补交，再来提交。怎样补交、到哪里交，请打 {hotline}。",
    "warn": "您的医保费还没有交齐。可以先申请，但可能影响享受待遇，请尽快补交。",
}
OF_THE_PRINCIPAL = {
    "elsewhere": "没有查到对方在{region}参加医保。请到对方参保的地方申请。不清楚在哪里参保，请打 {hotline}。",
    "in_another": "对方在{other}参加医保，不在{region}。请到{other}申请。有疑问请打 {hotline}。",
    "suspended": "对方的医保现在是暂停状态。恢复后就可以提交。怎样恢复、到哪里办，请打 {hotline}。",
    "ended": "对方在这里的医保已经终止，现在不能申请。怎样重新参保、到哪里办，请打 {hotline}。",
    "arrears": "对方的医保费还没有交齐。请先补交，再来提交。怎样补交、到哪里交，请打 {hotline}。",
    "warn": "对方的医保费还没有交齐。可以先申请，但可能影响享受待遇，请尽快补交。",
}


class Notice(msgspec.Struct, frozen=True):
    """A note about the person's insurance; *sign* and *look* are arguments of the macro `note`."""

    sign: str
    look: str
    sentence: str


def notice(standing: str, region: Region, *, proxy: bool = False) -> Notice | None:
    """Return the note for a *standing* that stops nobody (of `eligibility.standing`, or `UNPROVEN`), or None."""
    if standing in WITHOUT_RECORD:
        return Notice("clock", "", WITHOUT_RECORD[standing])
    if standing == "warn":
        return Notice("yours", "warn", _words(proxy=proxy)["warn"])
    return None


def why_not_insured(stop: NotInsured, region: Region, *, proxy: bool = False) -> str:
    """Return the sentence for a *stop* of the register: why, what to do, and where."""
    words = _words(proxy=proxy)
    if stop.insured_in:
        return Said(words["in_another"], region=region.short, other=_name(stop.insured_in), hotline=region.phone)
    return Said(words[stop.reason], region=region.short, hotline=region.phone)


def city_of(stop: NotInsured) -> Region | None:
    """Return the city of this portal in which the person is insured instead; None if it is none of ours."""
    return REGIONS.get(stop.insured_in)


def _words(*, proxy: bool) -> Mapping[str, str]:
    return OF_THE_PRINCIPAL if proxy else OWN


def _name(place: str) -> str:
    city = REGIONS.get(place)
    return city.short if city else place
