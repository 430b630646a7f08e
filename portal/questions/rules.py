"""Rules for answers, and functions that tidy typed text. Pure functions."""

import re
import unicodedata
from datetime import date

from portal.core.tools import clock
from portal.core.tools.i18n import WEEKDAYS, Said
from portal.questions.model import Rule

# 民委发〔2016〕33号: the dot in names is U+00B7; keyboards produce many other dots.
DOT = "·"
DOTS = re.compile(
    r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\s*[•‧・･⋅∙.．。]\s*(?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
NAME = re.compile(r"[\u3400-\u9fff\ue000-\uf8ff\U00020000-\U0003ffff·A-Za-zÀ-ž' \-.]+")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def required(message: str) -> Rule:
    """Require an answer."""
    return Rule("required", bool, message)


def matches(pattern: str, message: str) -> Rule:
    """Require the whole answer to match *pattern*; a digit is 0 to 9, not one of another script."""
    form = re.compile(pattern, re.ASCII)
    return Rule("format", lambda answer: bool(form.fullmatch(answer)), message)


def at_most(count: int, message: str) -> Rule:
    """Require at most *count* characters."""
    return Rule("length", lambda answer: len(answer) <= count, message)


def real_day(message: str) -> Rule:
    """Require a day that exists in the calendar."""
    return Rule("day", lambda answer: day(answer) is not None, message)


def not_after_today(message: str) -> Rule:
    """Require today or an earlier day, in Asia/Shanghai."""
    return Rule("future", lambda answer: (day(answer) or date.max) <= clock.today(), message)


def not_before(year: int, message: str) -> Rule:
    """Require a day in *year* or later."""
    return Rule("past", lambda answer: (day(answer) or date.min).year >= year, message)


def mobile(message: str) -> Rule:
    """Require a mobile number; prefixes are not checked, because numbers move between providers."""
    return matches(r"1[3-9]\d{9}", message)


def day(answer: str) -> date | None:
    """Return the day written as ``2026-3-16``; None if *answer* is not a day."""
    try:
        year, month, number = (int(part) for part in answer.split("-"))
        return date(year, month, number)
    except (ValueError, OverflowError):
        return None


def long_day(answer: str) -> str:
    """Show ``2026-03-16`` as ``2026年3月16日 星期一``; text that is not a day stays unchanged."""
    date_typed = day(answer)
    if date_typed is None:
        return answer
    return Said("{day} {weekday}", day=date_typed, weekday=WEEKDAYS[date_typed.weekday()])


def narrow(text: str) -> str:
    """Return *text* with full-width characters made narrow and surrounding space removed."""
    return unicodedata.normalize("NFKC", text).strip()


def tidy_mobile(text: str) -> str:
    """Return ``+86 138-0013-8000`` as ``13800138000``."""
    digits = re.sub(r"[\s\-()]", "", narrow(text))
    return re.sub(r"^(\+86|0086)", "", digits)


def tidy_name(text: str) -> str:
    """Return the name with its dots as U+00B7; spaces inside the name stay."""
    return DOTS.sub(DOT, unicodedata.normalize("NFC", text).strip())


def tidy_day(text: str) -> str:
    """Return a day as ``2026-03-16``; text that is not a day stays unchanged."""
    date_typed = day(narrow(text))
    return date_typed.isoformat() if date_typed else text


def tidy_number(text: str) -> str:
    """Return an identity or card number without spaces and hyphens, letters in upper case."""
    return re.sub(r"[\s\-]", "", narrow(text)).upper()


def grouped_mobile(number: str) -> str:
    """Show ``13800138000`` as ``138 0013 8000``: easier to read aloud and to check."""
    return f"{number[:3]} {number[3:7]} {number[7:]}"


def check_character(first17: str) -> str:
    """Return the last character of an 18-character identity number (GB 11643-1999, MOD 11-2)."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def birth_in(id_number: str) -> date | None:
    """Return the date of birth in an 18-character number; None if that date does not exist."""
    return day(f"{id_number[6:10]}-{id_number[10:12]}-{id_number[12:14]}")


def sex_in(id_number: str) -> str:
    """Return 男 or 女 by the 17th digit of an 18-character number."""
    return "男" if int(id_number[16]) % 2 else "女"


def resident_number_error(number: str) -> str:
    """Return the error message for an 18-character identity number; empty if the number is good.

    The region code is never an error: counties are founded, renamed and dissolved, and residents
    of Hong Kong, Macao, Taiwan and foreigners have prefixes of their own.
    """
    if re.fullmatch(r"\d{15}", number):
        return "这是旧的 15 位号码，已经停用。请填第二代身份证上的 18 位号码。"
    if len(number) != 18:
        return Said("身份证号应该是 18 位，您填了 {n} 位。请对照身份证再填一次。", n=len(number))
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return "身份证号只有数字，最后一位可能是字母 X。请对照身份证再填一次。"
    born = birth_in(number)
    if born is None or not date(1900, 1, 1) <= born <= clock.today():
        return "身份证号第 7 到 14 位是出生日期，现在的日期不对。请检查这几位。"
    if number[17] != check_character(number[:17]):
        return "身份证号可能有一位填错了。请对照身份证，一位一位检查。最后一位是 X 的，请填字母 X。"
    return ""


def name_error(name: str) -> str:
    """Return the error message for a person's name; empty if the name is good."""
    if not name:
        return "请填写姓名。要和身份证上的一样。"
    if len(name) > 100 or not NAME.fullmatch(name):
        return "姓名里只能有汉字、字母和名字中间的点“·”。请对照身份证再填一次。"
    return ""
