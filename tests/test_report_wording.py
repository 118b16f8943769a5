from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import string
from pathlib import Path

import pytest

from caringmon.errors import ReportFailedError
from caringmon.model.codes import Severity
from caringmon.model.findings import Figure
from caringmon.model.kpi import ACTUAL_KPI, DAILY, Unit
from caringmon.report.numerals import decimals_of, machine_value, moment, printed, status_of
from caringmon.report.wording import catalogue, figure_html, html, plain, say, word_for
from tests.worked_findings import worked_findings

REPORT = Path(__file__).parents[1] / "caringmon" / "report"
DAY = dt.date(2022, 10, 18)
at = dt.datetime.fromisoformat
# Families of keys whose last part is a code; `issue` and `table` are open: an unknown code prints as it stands.
FAMILIES = (
    "issue",
    "table",
    "na",
    "severity",
    "step",
    "formula",
    "unit",
    "title",
    "status",
    "stage",
    "digest",
    "column",
    "template",
    "guard",
    "rule",
    "half",
    "board",
    "count",
    "qcstate",
    "verdict",
    "log",
    "gapnote",
    "factor",
    "result",
    "absence",
    "action",
    "tracker",
    "advice",
    "decision",
    "role",
    "rec",
    "refusal",
    "defect",
    "failed",
    "unblock",
)
MADE = ("month.below_", "month.reaches_")
COMPOSED = (
    "card.signal",
    "gap.reference",
    "gap.note",
    "gap.unit",
    "control",
    "assurance",
    "short",
    "col",
    "agrees",
    "card.day",
    "footer.basis",
    "book",
    "evidence",
    "changes",
    "pair",
    "window",
    "age",
    "kept",
    "promise",
    "quality",
    "standing",
    "header.audience",
    "segment",
    "f01.lead",
    "f01.why",
    "f01.curve",
    "f01.kept",
    "f01.card",
    "f01.col",
    "f01.table",
    "f01.kpi",
    "f01.iso",
    "f01.scope",
    "f01.reconciled",
    "f01.risk",
)
# Names that hold digits, and the numbers of a report's sections, are no data.
NAMES = re.compile(r"CT-0|N\+\d|F-\d+|ISO 9001:2015|9\.1\.3")
NUMBERED = "f01.section."


def figure(value: float, unit: str = "n", decimals: int = 0, kpi: str = "K17", **more: float) -> Figure:
    return Figure("CT0.X.mtd", kpi, "CT0", "site", "", "mtd", DAY, DAY, value, unit, decimals, **more)


def slots_of(message: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(message) if name is not None})


def directions_of(message: str) -> list[str]:
    specs = [spec for _, name, spec, _ in string.Formatter().parse(message) if name is not None]
    return sorted(spec for spec in specs if spec in {"less", "more", "up", "down", "notup", "notdown", "status"})


def test_both_languages_hold_the_same_keys() -> None:
    assert catalogue("id").keys() == catalogue("en").keys()


def test_a_message_has_the_same_slots_and_directions_in_both_languages() -> None:
    pairs = {key: (text, catalogue("en")[key]) for key, text in catalogue("id").items()}
    assert [key for key, (one, other) in pairs.items() if slots_of(one) != slots_of(other)] == []
    assert [key for key, (one, other) in pairs.items() if directions_of(one) != directions_of(other)] == []
    assert [key for key, texts in pairs.items() if any(text.count("*") % 2 for text in texts)] == []


def source() -> str:
    files = [*REPORT.rglob("*.py"), *REPORT.rglob("*.j2")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    named = set(re.findall(r"""say\(\s*["']([a-z][\w.]*\w)["']\s*[,)]""", source()))
    assert named, "the pattern must find keys"
    assert named <= catalogue("id").keys()


def test_no_message_is_unused() -> None:
    literals = set(re.findall(r"""["']([a-z][\w.]*\.[\w.]+|numerals)["']""", source()))
    families = (
        *(f"{family}." for family in (*FAMILIES, *COMPOSED)),
        "card.gap_",
        "card.returns_",
        "gap.short",
        "gap.ahead",
        *MADE,
    )
    assert [key for key in catalogue("id") if key not in literals and not key.startswith(families)] == []


def test_every_indicator_unit_and_severity_has_its_words() -> None:
    wanted = {f"formula.{kpi}" for kpi in DAILY} | {f"unit.{unit}" for unit in Unit}
    wanted |= {f"severity.{severity}" for severity in Severity}
    for kpi in ACTUAL_KPI.values():
        wanted |= {f"short.{kpi}", f"col.{kpi}", f"agrees.{kpi}", f"card.day.{kpi}", f"col.cumulative.{kpi}"}
    assert wanted <= catalogue("id").keys()


def test_no_number_is_typed_into_a_message() -> None:
    allowed = {"action", "book", "issue", "table", "column", "template", "tracker"}
    bare = {key: NAMES.sub("", re.sub(r"\{[^}]*\}", "", text)) for key, text in catalogue("id").items()}
    typed = [key for key, text in bare.items() if re.search(r"(?<![\w:])\d", text)]
    exempt = ("formula.uplift", NUMBERED)
    assert [key for key in typed if key.split(".")[0] not in allowed and not key.startswith(exempt)] == []


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "form", "indonesian", "english"),
    [
        (1365, "n", 0, "", "1.365", "1,365"),
        (-91, "n", 0, "", "−91", "−91"),
        (-91, "n", 0, "less", "91", "91"),
        (4, "n", 0, "signed", "+4", "+4"),
        (-0.3, "n", 0, "signed", "0", "0"),
        (0.418, "rate", 1, "", "41,8 %", "41.8%"),
        (97.5, "n/d", 1, "", "97,5", "97.5"),
        (2437.5, "n", 0, "", "2.438", "2,438"),
        (112.27272727, "n/d", 1, "", "112,3", "112.3"),
        (0.9325, "rate", 1, "", "93,3 %", "93.3%"),
        (math.nan, "n", 0, "", "–", "–"),
    ],
)
def test_a_figure_prints_in_the_way_of_its_language(
    value: float, unit: str, decimals: int, form: str, indonesian: str, english: str
) -> None:
    assert printed(figure(value, unit, decimals), form, "id") == indonesian
    assert printed(figure(value, unit, decimals), form, "en") == english


@pytest.mark.parametrize(
    ("value", "text", "status"),
    [
        (0.9375, "93,8 %", "near"),
        (0.89996, "89,996 %", "below"),
        (0.8999, "89,99 %", "below"),
        (0.9, "90,0 %", "near"),
        (0.99999, "99,999 %", "near"),
        (1.0, "100,0 %", "reached"),
        (0.75, "75,0 %", "below"),
        (0.7496, "74,96 %", "critical"),
    ],
)
def test_rounding_never_lifts_an_achievement_over_the_edge_of_its_band(value: float, text: str, status: str) -> None:
    achievement = figure(value, "rate", 1, kpi="K19")
    assert printed(achievement, "", "id") == text
    assert status_of(achievement) == status


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 record is untouched this month."),
        (0.7, "1 record is untouched this month."),  # by what is printed
        (0, "0 records are untouched this month."),
        (2, "2 records are untouched this month."),
        (21, "21 records are untouched this month."),
    ],
)
def test_words_agree_with_the_number_that_is_printed_before_them(count: float, said: str) -> None:
    assert plain(say("reach.line_untouched", untouched=figure(count)), "en") == said


def test_a_number_in_words_and_one_with_a_sign_are_one_too() -> None:
    assert plain(say("w03.on_time", open=figure(1)), "en") == "One recommendation is open, none is overdue."
    signed = say("gap.recoverable", factors="contact", back=figure(1))
    assert plain(signed, "en") == "Back at the reference, contact would bring an estimated +1 agree."


def test_words_take_the_number_of_the_figure_before_them_and_not_of_another() -> None:
    told = say("quality.old", old=figure(1), opened=figure(3))
    assert plain(told, "en") == "Of 3 open returns 1 is older than three working days."


def test_brackets_follow_a_figure_and_are_closed() -> None:
    """Before the first figure they would always be plural, and Indonesian needs none."""
    texts = {key: text for key, text in catalogue("en").items() if "[" in text or "]" in text}
    assert len(texts) > 100
    assert [key for key, text in texts.items() if "{" not in text[: text.index("[")]] == []
    shape = re.compile(r"[^\[\]]*(\[[a-z]*(\|[a-z]*)?\][^\[\]]*)+")
    assert [key for key, text in texts.items() if not shape.fullmatch(text)] == []
    assert [key for key, text in catalogue("id").items() if "[" in text] == []


def test_only_an_achievement_gets_more_decimals() -> None:
    assert decimals_of(figure(0.89996, "rate", 1, kpi="K09")) == 1


def test_a_rate_can_print_what_it_was_computed_from() -> None:
    contact = figure(293 / 702, "rate", 1, kpi="K09", numerator=293.0, denominator=702.0)
    assert (printed(contact, "numerator", "id"), printed(contact, "denominator", "id")) == ("293", "702")


def test_a_program_reads_the_exact_value() -> None:
    assert machine_value(figure(0.9375)) == "0.9375"
    assert machine_value(figure(1365.0)) == "1365"
    assert machine_value(figure(math.nan)) == ""


def test_a_figure_on_a_page_names_itself_and_its_form() -> None:
    assert (
        figure_html(figure(-91), "less", "id") == '<data value="-91" data-figure="CT0.X.mtd" data-form="less">91</data>'
    )


def test_a_status_prints_as_its_word() -> None:
    assert plain(figure(0.9375, "rate", 1, kpi="K19"), "id", "status") == "Mendekati"


def test_a_small_count_prints_in_words_and_a_large_one_in_digits() -> None:
    assert plain(figure(9), "id", "Word") == "Sembilan"
    assert plain(figure(10), "en", "word") == "ten"
    assert plain(figure(12), "id", "Word") == "12"


@pytest.mark.parametrize(
    ("when", "pattern", "lang", "text"),
    [
        (DAY, "EEEE, d MMMM y", "id", "Selasa, 18 Oktober 2022"),
        (DAY, "d MMM", "en", "18 Oct"),
        (at("2022-10-19T08:00"), "d MMM HH.mm", "id", "19 Okt 08.00"),
        (at("2022-10-18T23:59:59"), "d MMM HH.mm", "id", "18 Okt 24.00"),
        (at("2022-10-18T17:00"), "d MMM HH:mm", "en", "18 Oct 17:00"),
    ],
)
def test_dates_and_clocks_read_naturally(when: dt.date, pattern: str, lang: str, text: str) -> None:
    assert moment(when, pattern, lang) == text


def test_a_sentence_cannot_contradict_its_figure() -> None:
    with pytest.raises(ReportFailedError, match=r"CT0.X.mtd = 4 is printed as 'less'"):
        plain(say("card.gap_down", change=figure(4)), "id")


def test_an_arrow_up_needs_a_higher_second_figure() -> None:
    low, high = figure(19), dataclasses.replace(figure(23), id="CT0.Y.mtd")
    assert plain(say("pair.up", before=low, after=high), "id") == "19 → 23"
    with pytest.raises(ReportFailedError, match=r"against CT0.Y.mtd = 23"):
        plain(say("pair.up", before=high, after=low), "id")


def test_an_unknown_key_names_the_nearest_one() -> None:
    with pytest.raises(ReportFailedError, match=r"no message 'lead.shrt'. Did you mean 'lead.short'"):
        plain(say("lead.shrt"), "id")


def test_what_comes_from_outside_is_escaped() -> None:
    text = html(say("header.free_day_named", name='<script>alert("1")</script>'), "id")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_lines_of_a_text_from_outside_do_not_run_together() -> None:
    assert plain("pagi ini\nlalu\x00 sore", "id") == "pagi ini lalu sore"


def test_a_star_from_outside_marks_nothing_strong() -> None:
    assert "<b>" not in html(say("header.free_day_named", name="*penting*"), "id")


def test_strong_words_are_strong_on_the_page_and_bare_in_text() -> None:
    gap = worked_findings().figure("CT0", "K20", "mtd")
    sentence = say("card.gap_down", change=gap)
    assert plain(sentence, "id") == "memburuk 91"
    banner = say("banner.provisional", tables=("qc",))
    assert "<b>SEMENTARA.</b>" in html(banner, "id")
    assert plain(banner, "id").startswith("SEMENTARA. ")


def test_an_unknown_code_prints_as_it_stands() -> None:
    assert plain(word_for("table", "warehouse"), "id") == "warehouse"


def test_lists_read_as_lists() -> None:
    names = tuple(word_for("table", name) for name in ("targets", "qc", "roster"))
    assert plain(names, "id") == "target, validasi QC, dan roster"
    assert plain(names, "en") == "targets, QC validation and roster"
