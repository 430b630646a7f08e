"""The recognition criteria of a disease (认定标准): a tree of rules over pieces of evidence.

The criteria are the evidence of `diseases.csv`, counted from 1. A city's ``criteria.toml`` says how
the criteria of a disease combine; for a disease not in it, all of them must hold.
"""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Literal, Union

import msgspec

from portal.core.tools.i18n import Said, listed
from portal.regions.catalogue import BadFile, Disease

Finding = Literal["met", "unmet", "unclear"]
Part = Union[int, "Rule"]  # the number of a criterion, or a nested rule


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of ``all``, ``any``, or ``at_least`` with ``of``; its parts are criteria or nested rules."""

    all: tuple[Part, ...] = ()
    any: tuple[Part, ...] = ()
    at_least: int = 0
    of: tuple[Part, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that the rule combines."""
        return self.all or self.any or self.of

    @property
    def needed(self) -> int:
        """The number of parts that must hold."""
        return len(self.all) or (1 if self.any else self.at_least)

    def numbers(self) -> list[int]:
        """Return the numbers of all criteria in the rule, in order."""
        return [number for part in self.parts for number in ([part] if isinstance(part, int) else part.numbers())]


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A disease in ``criteria.toml``."""

    rule: Rule
    source: str


# D34: the texts are those of diseases.csv; a second list of texts would have to be kept in step.
class Criteria(msgspec.Struct, frozen=True):
    """The criteria of one disease: their texts and the rule that combines them."""

    texts: tuple[str, ...]
    rule: Rule

    def numbered(self) -> list[tuple[int, str]]:
        """Return ``(number, text)`` for each criterion."""
        return list(enumerate(self.texts, start=1))

    def said(self) -> list[tuple[int, tuple[int, ...]]]:
        """Return the rule as readable parts: ``(how many are needed, numbers of the criteria)``."""
        simple = [part for part in self.rule.parts if isinstance(part, int)]
        needed = len(simple) if self.rule.all else min(self.rule.needed, len(simple))
        own = [(needed, tuple(simple))] if simple else []
        inner = [part for part in self.rule.parts if not isinstance(part, int)]
        return [*own, *((part.needed, tuple(part.numbers())) for part in inner)]

    def sentences(self) -> list[str]:
        """Return the rule as sentences, one for each part."""
        return [_sentence(needed, numbers) for needed, numbers in self.said()]

    def come_to(self, findings: Mapping[int, Finding]) -> Finding:
        """Return the finding of the whole rule; a criterion without a finding counts as unclear."""
        return weighed(self.rule, findings)


def _sentence(needed: int, numbers: tuple[int, ...]) -> str:
    which = listed([str(number) for number in numbers])
    if needed == len(numbers):
        return Said("第 {numbers} 条都要符合。", numbers=which)
    return Said("第 {numbers} 条里至少 {n} 条符合。", numbers=which, n=needed)


def weighed(part: Part, findings: Mapping[int, Finding]) -> Finding:
    """Return the finding of *part*: met, not met, or unclear if *findings* do not decide it."""
    if isinstance(part, int):
        return findings.get(part, "unclear")
    inner = [weighed(inner_part, findings) for inner_part in part.parts]
    if inner.count("met") >= part.needed:
        return "met"
    return "unmet" if inner.count("met") + inner.count("unclear") < part.needed else "unclear"


def criteria(text: str, at: str, diseases: Mapping[str, Disease]) -> dict[str, Criteria]:
    """Return the criteria of each disease; *text* may be empty.

    Raises:
        BadFile: an unknown key, a disease that is not in the catalogue, or a criterion that the disease lacks.
    """
    try:
        declared = msgspec.convert(tomllib.loads(text), dict[str, Declared])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadFile(f"{at}: {error}") from error
    for code, one in declared.items():
        _check(at, code, one.rule, diseases.get(code))
    return {
        code: Criteria(disease.evidence_zh, declared[code].rule if code in declared else _all(disease.evidence_zh))
        for code, disease in diseases.items()
    }


def _all(texts: Sequence[str]) -> Rule:
    return Rule(all=tuple(range(1, len(texts) + 1)))


def _check(at: str, code: str, rule: Rule, disease: Disease | None) -> None:
    if disease is None:
        raise BadFile(f"{at}: {code} is not in the catalogue of diseases")
    if any(not 1 <= number <= len(disease.evidence_zh) for number in rule.numbers()):
        raise BadFile(f"{at}: {code} has {len(disease.evidence_zh)} criteria, and the rule names another")
    kinds = [bool(rule.all), bool(rule.any), bool(rule.of)]
    if sum(kinds) != 1 or not 1 <= rule.needed <= len(rule.parts):
        raise BadFile(f"{at}: a rule of {code} is one of all, any, or at_least with of")
    for part in rule.parts:
        if not isinstance(part, int):
            _check(at, code, part, disease)
