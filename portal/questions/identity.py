"""证件: the identity documents we accept and the format of their numbers. Pure functions.

The region code of a number is never an error. No standard is published for the numbers of permits
and passports, so their patterns are generous; staff check a number that the register does not confirm.
"""

import re
from typing import NamedTuple

from portal.core.tools.i18n import Said
from portal.questions.model import Choice
from portal.questions.rules import resident_number_error

HMT = ("810000", "820000", "830000")


class Form(NamedTuple):
    """The number format of one document, and the message for a number that does not fit it."""

    pattern: str
    message: str


DOCUMENTS = (
    Choice("resident_id", "居民身份证"),
    Choice("household", "户口簿"),
    Choice("hmt_residence", "港澳台居民居住证"),
    Choice("fpr", "外国人永久居留身份证"),
    Choice("hm_permit", "港澳居民来往内地通行证"),
    Choice("tw_permit", "台湾居民来往大陆通行证"),
    Choice("passport", "护照"),
)
LABELS = {
    "resident_id": "居民身份证",
    "hmt_residence": "港澳台居民居住证",
    "fpr_2023": "外国人永久居留身份证",
    "fpr_2017": "外国人永久居留身份证",
    "hm_permit": "港澳居民来往内地通行证",
    "tw_permit": "台湾居民来往大陆通行证",
    "passport": "护照",
}
FORMS = {
    "hm_permit": Form(
        r"[HM]\d{8}(\d{2})?", "港澳居民来往内地通行证号码是 H 或 M 加 8 位或 10 位数字。请对照证件再填一次。"
    ),
    "tw_permit": Form(r"\d{8}|\d{10}[A-Z]?", "台湾居民来往大陆通行证号码是 8 位数字。请对照证件再填一次。"),
    "passport": Form(r"[A-Z0-9]{5,17}", "护照号码是 5 到 17 位字母和数字。请对照护照再填一次。"),
}
OLD_PERMANENT = re.compile(r"[A-Z]{3}\d{12}", re.ASCII)
# Day of birth and sex are asked for documents whose number does not contain them.
WITHOUT_BIRTH = {"fpr_2017", "hm_permit", "tw_permit", "passport"}


def number_error(document: str, number: str) -> str:
    """Return the error message for the *number* of a *document*; empty if the number is good."""
    if not number:
        return "请填写证件号码。"
    form = FORMS.get(document)
    if form:
        return "" if re.fullmatch(form.pattern, number, re.ASCII) else form.message
    if document == "fpr" and OLD_PERMANENT.fullmatch(number):
        return ""
    error = resident_number_error(number)
    if not error and document == "fpr" and number[0] != "9":
        return "外国人永久居留身份证号码是 9 开头的 18 位，或者 3 个字母加 12 位数字。请对照证件再填一次。"
    if not error and document == "hmt_residence" and number[:6] not in HMT:
        return Said("港澳台居民居住证号码是 {a}、{b} 或 {c} 开头的。请对照证件再填一次。", a=HMT[0], b=HMT[1], c=HMT[2])
    return error


def id_type(document: str, number: str) -> str:
    """Return the document type to store for a good number; the household register has the resident ID number."""
    if document in FORMS:
        return document
    if OLD_PERMANENT.fullmatch(number):
        return "fpr_2017"
    if number[:6] in HMT:
        return "hmt_residence"
    return "fpr_2023" if number[0] == "9" else "resident_id"


def asks_birth(document: str, number: str) -> bool:
    """Return whether day of birth and sex must be asked because the number does not contain them."""
    return bool(number) and not number_error(document, number) and id_type(document, number) in WITHOUT_BIRTH
