"""Numbers of waybills, scanned or typed."""

from portal.questions.rules import narrow

SHORTEST, LONGEST = 6, 40
WRONG = "运单号只有字母和数字，6 到 40 位。请再扫一次。"


def tidy(typed: str) -> str:
    """Return a number as it is kept: narrow, upper case, without spaces and hyphens."""
    return "".join(narrow(typed).upper().split()).replace("-", "")


def is_waybill(number: str) -> bool:
    """Return whether a tidy number can be that of a waybill."""
    return number.isascii() and number.isalnum() and SHORTEST <= len(number) <= LONGEST
