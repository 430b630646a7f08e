"""What a running case keeps of the city it began in: the questions, not the workflow.

An edition is all texts of a city as they held together on some day; a case names the one it began
with. Its list of diseases and hospitals, its criteria, materials and uploads stay those of then;
limits, clocks, wording, offices and reasons are those of today.
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
    """The part of a city that a case keeps."""

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
    """Return the editions whose texts are at hand."""
    return set(_texts)


def remember(edition: str, texts: Mapping[str, str]) -> None:
    """Keep the *texts* of an edition at hand."""
    _texts[edition] = texts


# D59: only the questions come from the old edition; limits, wording and offices are today's.
def kept_by(region: Region, edition: str) -> Region:
    """Return *region* of today with the questions of *edition*: what a case that began with it goes by.

    A case from before there were editions has none, and goes by today's questions.
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
    """Return the questions in an edition; the rest of its texts may be of an older form than today's."""
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
