from __future__ import annotations

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup

from caringmon.model.findings import Figure
from caringmon.report.digest import chat_text
from caringmon.report.figures import check_page, check_text
from caringmon.report.sentence_gate import sentence_faults
from caringmon.report.wording import html, say
from caringmon.report.workbook_gate import check_workbook
from tests.report_documents import findings_of, page_of, workbook_bytes_of
from tests.worked_findings import VARIANTS

DAY = dt.date(2022, 10, 18)
EVERY = [(name, lang) for name in VARIANTS for lang in ("id", "en")]


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_our_own_documents_are_clean(name: str, lang: str) -> None:
    findings = findings_of(name, lang)
    assert check_page(page_of(name, lang), findings) == []
    assert check_workbook(workbook_bytes_of(name, lang), findings, 1) == []
    assert check_text(chat_text(findings), findings) == []


def test_the_number_of_a_corrected_version_is_no_figure_and_no_fault() -> None:
    """A late version must be publishable even if no figure happens to read 9973 or 9972."""
    data = workbook_bytes_of("foreign", version=9973)
    assert check_workbook(data, findings_of("foreign"), 9973) == []
    assert any("'9973'" in fault for fault in check_workbook(data, findings_of("foreign"), 1))


def faults_after(pattern: str, replacement: str) -> list[str]:
    page, count = re.subn(pattern, replacement, page_of("worked"), count=1)
    assert count == 1
    return check_page(page, findings_of("worked"))


def test_a_changed_number_is_found() -> None:
    assert faults_after(r'(data-figure="CT0\.K20\.mtd"[^>]*>)[^<]+', r"\g<1>19") == [
        "CT0.K20.mtd: printed '19', the figure reads '91'"
    ]


def test_a_changed_value_attribute_is_found() -> None:
    faults = faults_after(r'(data-figure="CT0\.K17\.mtd" value=)"1365"', r'\g<1>"1465"')
    assert faults == ["CT0.K17.mtd: the value is 1465, the figure 1365"]


def test_a_lost_sign_is_found() -> None:
    assert any("printed '15'" in fault for fault in faults_after(r">−15<", ">15<"))


def test_an_unknown_figure_is_found() -> None:
    faults = faults_after(r'data-figure="CT0\.K17\.mtd"', 'data-figure="CT0.K99.mtd"')
    assert "<data> names no registered figure: 'CT0.K99.mtd'" in faults


def test_a_changed_direction_word_is_found() -> None:
    assert any(
        "'overview.short' was changed" in fault for fault in faults_after(r"<b>kurang (?=<data[^>]*>91)", "<b>lebih ")
    )
    assert any("was changed" in fault for fault in faults_after(">Gap melebar<", ">Gap menyempit<"))


@pytest.mark.parametrize(
    ("count", "right", "wrong"),
    [(1, "record is untouched", "records are untouched"), (2, "records are untouched", "record is untouched")],
)
def test_words_that_do_not_agree_with_their_number_are_found(count: int, right: str, wrong: str) -> None:
    figure = Figure("CT0.K07.mtd", "K07", "CT0", "site", "", "mtd", DAY, DAY, count, "n", 0)
    page = html(say("reach.line_untouched", untouched=figure), "en")
    for text, expected in (
        (page, []),
        (page.replace(right, wrong), ["the sentence 'reach.line_untouched' was changed"]),
    ):
        said = BeautifulSoup(text, "html.parser").select_one("[data-say]")
        found = sentence_faults(said, {figure.id: figure}, "en")
        assert [fault.partition(":")[0] for fault in found] == expected


def test_a_sentence_with_the_wrong_direction_is_found() -> None:
    faults = faults_after(r'data-say="changes\.gap_short_worse"', 'data-say="changes.gap_short_better"')
    assert any("was changed" in fault for fault in faults)
    faults = faults_after(r'data-say="pair\.down"', 'data-say="pair.up"')
    assert "the sentence 'pair.up' lost the direction of its figures" in faults


def test_a_direction_against_the_figures_is_found() -> None:
    swapped = re.sub(
        r'(<data data-figure="CT0\.K20\.prev_mtd"[^>]*>−76</data>) → <b><data data-figure="CT0\.K20\.mtd" '
        r'data-form="down" value="-91">−91</data></b>',
        '<data data-figure="CT0.K20.mtd" value="-91">−91</data> → <b><data data-figure="CT0.K20.prev_mtd" '
        'data-form="down" value="-76">−76</data></b>',
        page_of("worked"),
    )
    assert swapped != page_of("worked")
    assert check_page(swapped, findings_of("worked")) == [
        "a direction word contradicts its figure: CT0.K20.prev_mtd = -76 is printed as 'down' against CT0.K20.mtd = -91"
    ]


def test_a_number_typed_into_prose_is_found() -> None:
    faults = faults_after(r'(<p class="lead[^>]*>)', r"\g<1>Sekitar 42 kali. ")
    assert faults == ["a number in prose is no registered figure: '42' in 'Sekitar 42 kali. Sampai 18 Oktober tercapai 1.365 agree bersih (termasuk 91 bel…'"]  # fmt: skip  # noqa: E501


def test_a_long_number_typed_into_prose_is_found_and_not_repeated() -> None:
    """It may be a customer's, and faults are printed."""
    faults = faults_after(r'(<p class="lead[^>]*>)', r"\g<1>Hubungi 081234567890. ")
    assert len(faults) == 2
    assert not [fault for fault in faults if "0812" in fault]


def test_a_word_slipped_in_beside_a_figure_is_found() -> None:
    assert any(
        "'overview.short' was changed" in fault for fault in faults_after("<b>kurang (?=<data)", "<b>kurang lebih ")
    )


def test_a_form_that_does_not_exist_is_found() -> None:
    assert any("unknown form, 'lesz'" in fault for fault in faults_after('data-form="less"', 'data-form="lesz"'))


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r">18 Oktober<", ">19 Oktober<"),
        (r">18 Oktober<", ">18 November<"),
        (r'datetime="2022-10-18"', 'datetime="2022-10-19"'),
        (r'datetime="2022-10-18"', 'datetime="2022-13-18"'),
        (r">18 Okt 24.00<", ">18 Okt 21.00<"),
        (r">Selasa, 18", ">Rabu, 18"),
    ],
)
def test_a_date_that_is_not_that_of_its_element_is_found(pattern: str, replacement: str) -> None:
    assert [fault for fault in faults_after(pattern, replacement) if fault.startswith("<time>")]


def test_a_number_of_another_figure_in_an_alt_text_is_found() -> None:
    """1.456 is the target to date, and a number that this very alt text prints elsewhere."""
    assert [fault for fault in faults_after(r'(alt="[^"]*) 1\.365', r"\1 1.456") if "its figure reads '1.365'" in fault]


@pytest.mark.parametrize(("pattern", "replacement"), [
    (r'(alt="[^"]*, di) bawah', r"\1 atas"), (r'(alt="[^"]* 1\.365)', r"\1 %"), (r' data-figures="[^"]*"', ""),
])  # fmt: skip
def test_a_changed_title_or_unit_in_an_alt_text_is_found(pattern: str, replacement: str) -> None:
    assert [fault for fault in faults_after(pattern, replacement) if "alt text" in fault]


def test_a_false_number_in_an_alt_text_is_found() -> None:
    assert any(
        "alt text" in fault and "'9.999'" in fault for fault in faults_after(r'(alt="[^"]*) 1\.365', r"\1 9.999")
    )


def test_a_long_number_outside_a_figure_is_found() -> None:
    faults = faults_after(r"<tfoot>", "<tfoot><tr><td>0812-3456-7890</td></tr>")
    assert faults == ["a number of eight or more digits stands outside <data>: in <td>"]


def test_a_changed_chat_text_is_found() -> None:
    findings = findings_of("worked")
    text = chat_text(findings)
    assert any("'1.465'" in fault for fault in check_text(text.replace("1.365", "1.465", 1), findings))
    (fault,) = check_text(text.replace("kurang 91", "lebih 91", 1), findings)
    assert "lebih 91" in fault.split(", the findings say ")[0]
    assert len(check_text(text.rsplit("\n", 2)[0] + "\n", findings)) == 1
