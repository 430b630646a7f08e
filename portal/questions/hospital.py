"""Which hospital the papers must come from, by the city's list of materials, and whether one on its list fits."""

from portal.core.tools.i18n import Said
from portal.regions.catalogue import LEVELS
from portal.regions.load import Region


def wanted(region: Region) -> str:
    """Return which hospitals' papers *region* asks for, in words; empty if any hospital's will do."""
    level, designated = _wanted(region)
    if level and designated:
        return Said("{level}及以上定点医疗机构", level=LEVELS[level])
    if level:
        return Said("{level}及以上医疗机构", level=LEVELS[level])
    return "定点医疗机构" if designated else ""


def doubt(region: Region, name: str) -> str:
    """Return why papers of hospital *name* may not do in *region*; empty if they do, or the hospital is not listed."""
    level, designated = _wanted(region)
    hospital = region.hospitals.get(name)
    if hospital is None or (hospital.level >= level and (hospital.designated or not designated)):
        return ""
    return Said(
        "{hospital}：{kind}。病历要{wanted}出具，这家的可能通不过。",
        hospital=name,
        kind=hospital.level_words,
        wanted=wanted(region),
    )


def _wanted(region: Region) -> tuple[int, bool]:
    materials = region.rules.materials
    return (
        max((material.hospital_level_min for material in materials), default=0),
        any(material.designated_hospital for material in materials),
    )
