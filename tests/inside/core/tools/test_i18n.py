"""Sentences that are filled at run time can be said in another language afterwards."""

from datetime import date

from portal.core.tools.i18n import SOURCE, Said, listed, long_day, translate


def test_a_filled_sentence_is_chinese_as_a_text() -> None:
    assert Said("还没有传{name}。", name="身份证") == "还没有传身份证。"


def test_a_filled_sentence_is_said_in_english_with_its_words_translated() -> None:
    assert translate(Said("还没有传{name}。", name="身份证"), "en") == "Not uploaded yet: ID card."


def test_what_a_person_wrote_is_filled_in_as_it_is() -> None:
    said = Said("“{name}”已经传过了，不用再传。", name="化验单.jpg")

    assert translate(said, "en") == "“化验单.jpg” has already been uploaded; no need to upload it again."


def test_braces_that_a_person_wrote_are_only_braces() -> None:
    said = Said("看不清：{words}", words="{name} {0}")

    assert said == "看不清：{name} {0}"
    assert translate(said, "en").endswith("{name} {0}")


def test_a_sentence_inside_a_sentence_is_said_too() -> None:
    inner = listed(["身份证", "社保卡"])

    assert translate(Said("{names}，任选一样。身份证要正反两面。", names=inner), "en") == (
        "ID card, Social security card, any one of them. Both sides of the ID card."
    )


def test_a_day_is_written_as_the_language_writes_it() -> None:
    said = Said("{day} {weekday}", day=date(2026, 3, 16), weekday="星期一")

    assert said == "2026年3月16日 星期一"
    assert translate(said, "en") == "16 Mar 2026 Mon"
    assert long_day(date(2026, 3, 16), english=True) == "16 Mar 2026"


def test_a_text_without_translation_stays_as_it_is() -> None:
    assert translate("没有人翻译过这一句", "en") == "没有人翻译过这一句"


def test_the_source_language_is_never_looked_up() -> None:
    assert translate(Said("已传 {n} 份", n=2), SOURCE) == "已传 2 份"


def test_an_enumeration_of_nothing_is_empty_and_of_one_is_that_one() -> None:
    assert listed([]) == ""
    assert listed(["身份证"]) == "身份证"
    assert listed(["病历", "报告", "证明"]) == "病历、报告、证明"
