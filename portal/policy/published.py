"""What a city publishes, as rows to show: its service guide and its catalogue of diseases.

The public pages show them, and so do the previews of the policy desk.
"""

from collections.abc import Sequence

import msgspec

from portal.core.tools.i18n import Said, listed
from portal.questions.materials import KINDS
from portal.regions.catalogue import Disease
from portal.regions.load import Region
from portal.regions.model import Channel, Material, Step

# How the published list of materials says what a city declares.
NECESSITY = {"required": "必要", "soft_required": "一般要交", "conditional": "代办时要"}
COPY_TYPES = {"original": "原件", "copy": "复印件"}
MEDIA = {"paper": "纸质", "electronic": "电子"}
PAPERS = {**KINDS, "e_credential": "医保电子凭证"}  # the list says the paper only, not how to take its picture

PART_OF_LIMIT = "包括在总时间里"
BY_DEVICE = ("设备", "功能", "优势")  # headings where a city says which device a channel needs
BY_RESULT = ("办完以后",)


class Paper(msgspec.Struct, frozen=True):
    """A row of the list of materials; *wanted* are whole sentences."""

    name: str
    necessity: str
    copy_type: str
    media: str
    copies: int
    source: str
    wanted: tuple[str, ...]
    is_the_form: bool


class Stage(msgspec.Struct, frozen=True):
    """A stage of the case: its name, how long it takes, and where people are told of it."""

    name: str
    time: str
    told_by: str = ""


class Way(msgspec.Struct, frozen=True):
    """A channel: its name, where to tap, and what else the city says of it, by heading."""

    name: str
    way: str
    cells: tuple[tuple[str, str], ...]


class Guide(msgspec.Struct, frozen=True):
    """The guide of one city; nothing is put together before the page asks for it."""

    region: Region

    @property
    def path(self) -> list[Stage]:
        """All stages under their short names, as they are drawn."""
        return [Stage(step.short_zh or step.name_zh, time_of(step)) for step in self.region.rules.steps]

    @property
    def stages(self) -> list[Stage]:
        """The stages at the office, for the published table."""
        usual = self.region.rules.query.pages_zh
        return [
            Stage(_plainly(step), step.limit_zh or PART_OF_LIMIT, listed(step.query_zh or usual))
            for step in self.region.rules.steps
            if step.actor != "citizen"
        ]

    @property
    def standing(self) -> str:
        """What must hold of the insurance."""
        strict = self.region.rules.eligibility.on_arrears == "block_submit"
        return "参保状态正常，没有欠费。" if strict else "参保状态正常。"

    @property
    def papers(self) -> list[Paper]:
        """What everybody prepares; papers for acting for another stand on the page where one says so."""
        return [paper(material) for material in self.region.rules.materials if material.necessity != "conditional"]

    @property
    def channel_headings(self) -> tuple[str, ...]:
        """What is said of every channel, besides its name and where to tap."""
        return BY_DEVICE if self.region.rules.channels[0].device_zh else BY_RESULT

    @property
    def channels(self) -> list[Way]:
        """The other official ways to the service."""
        return [
            Way(channel.name_zh, listed(channel.path_zh, "{first} › {rest}"), cells(channel))
            for channel in self.region.rules.channels
        ]


def _plainly(step: Step) -> str:
    """Return the name of a stage in everyday words, with the published one in brackets."""
    return Said("{plain}（{name}）", plain=step.plain_zh, name=step.name_zh) if step.plain_zh else step.name_zh


def time_of(step: Step) -> str:
    """Return how long a stage takes, in words."""
    return step.limit_zh or ("您填写、上传" if step.actor == "citizen" else PART_OF_LIMIT)


def paper(material: Material) -> Paper:
    """Return the row of *material*."""
    return Paper(
        name=material.name_zh,
        necessity=NECESSITY[material.necessity],
        copy_type=COPY_TYPES[material.copy_type],
        media=MEDIA[material.media],
        copies=material.paper_copies,
        source=material.source_zh,
        wanted=wanted(material),
        is_the_form=bool(material.ways),
    )


def wanted(material: Material) -> tuple[str, ...]:
    """Return what *material* must contain, what will do instead, and how it must look."""
    sentences = []
    if material.must_contain:
        parts = [named(kinds, "{first}或{rest}") for kinds in material.must_contain]
        sentences.append(Said("{papers}。", papers=listed(parts)))
    if material.any_of:
        sentences.append(Said("{papers}，任选一样。", papers=named(material.any_of)))
    if material.quality_zh:
        sentences.append(Said("{quality}。", quality=material.quality_zh))
    return tuple(sentences)


def named(kinds: Sequence[str], pair: str = "{first}、{rest}") -> str:
    """Return the papers of *kinds* in one enumeration."""
    return listed([PAPERS[kind] for kind in kinds], pair)


def cells(channel: Channel) -> tuple[tuple[str, str], ...]:
    """Return what a city says of *channel*, each under its heading."""
    if not channel.device_zh:
        return tuple(zip(BY_RESULT, (channel.after_zh,), strict=True))
    said = (channel.device_zh, listed(channel.functions_zh), channel.benefit_zh)
    return tuple(zip(BY_DEVICE, said, strict=True))


class CatalogueRow(msgspec.Struct, frozen=True):
    """A row of the catalogue."""

    disease: Disease

    @property
    def evidence(self) -> str:
        """The papers that usually prove it."""
        return listed(self.disease.evidence_zh, "{first}；{rest}")

    @property
    def validity(self) -> str:
        """How long the benefit holds, and how often it is looked at again meanwhile."""
        months = self.disease.validity_months
        rereview = self.disease.rereview_months
        if months and rereview:
            return Said("{n} 个月，每 {m} 个月复审", n=months, m=rereview)
        if rereview:
            return Said("长期，每 {n} 个月复审", n=rereview)
        return Said("{n} 个月", n=months) if months else "长期"
