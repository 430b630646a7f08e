"""A running case keeps the questions of the city as they were at its beginning, but not the workflow.

An edition is the set of all texts of a city on some day; a case stores the name of the edition it
began with. Diseases, hospitals, criteria, materials and uploads come from that edition; limits,
clocks, wording, offices and reasons are today's.
"""

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from portal.regions.catalogue import Disease, Hospital, diseases, hospitals
from portal.regions.criteria import Criteria, criteria
from portal.regions.load import REGIONS, Region
from portal.regions.model import Catalogue, Delivery, Material, Uploads


class Questions(msgspec.Struct, frozen=True):
    """The part of a city that a case keeps from its edition."""

    catalogue: Catalogue
    basis: str
    materials: list[Material]
    uploads: Uploads
    delivery: Delivery
    diseases: dict[str, Disease]
    hospitals: dict[str, Hospital]
    criteria: dict[str, Criteria]


_texts: dict[str, Mapping[str, str]] = {}
_questions: dict[str, Questions] = {}
_merged: dict[tuple[str, str], tuple[Region, Region]] = {}


def known() -> set[str]:
    """Return the names of the editions whose texts are in memory."""
    return set(_texts)


def remember(edition: str, texts: Mapping[str, str]) -> None:
    """Keep the *texts* of an edition in memory."""
    _texts[edition] = texts


# D59: only the questions come from the old edition; limits, wording and offices are today's.
def kept_by(region: Region, edition: str) -> Region:
    """Return today's *region* with the questions of *edition*: the city of a case that began with it.

    A case older than the first edition has an empty *edition* and uses today's questions.
    """
    if edition in ("", region.edition) or edition not in _texts:
        return region
    made = _merged.get((region.id, edition))
    if made is None or made[0] is not region:
        made = _merged[region.id, edition] = region, _with(region, _questions_of(edition), edition)
    return made[1]


def _with(region: Region, then: Questions, edition: str) -> Region:
    now = region.rules
    rules = msgspec.structs.replace(
        now,
        catalogue=then.catalogue,
        eligibility=msgspec.structs.replace(now.eligibility, catalogue_basis_zh=then.basis),
        materials=then.materials,
        uploads=then.uploads,
        delivery=then.delivery,
    )
    return msgspec.structs.replace(
        region,
        rules=rules,
        diseases=then.diseases,
        hospitals=then.hospitals,
        criteria=then.criteria,
        edition=edition,
        over=region.edition,
        texts=_texts[edition],
    )


def _questions_of(edition: str) -> Questions:
    """Return the questions of an edition; its other texts are not read, as their format may be outdated."""
    if edition not in _questions:
        texts = _texts[edition]
        raw: dict[str, Any] = tomllib.loads(texts["region.toml"])
        catalogue = diseases(texts["diseases.csv"], "diseases.csv")
        _questions[edition] = Questions(
            catalogue=msgspec.convert(raw["catalogue"], Catalogue),
            basis=raw["eligibility"]["catalogue_basis_zh"],
            materials=msgspec.convert(raw["materials"], list[Material]),
            uploads=msgspec.convert(raw["uploads"], Uploads),
            delivery=msgspec.convert(raw["delivery"], Delivery),
            diseases=catalogue,
            hospitals=hospitals(texts["hospitals.csv"], "hospitals.csv"),
            criteria=criteria(texts.get("criteria.toml", ""), "criteria.toml", catalogue),
        )
    return _questions[edition]


for _region in REGIONS.values():
    remember(_region.edition, _region.texts)
