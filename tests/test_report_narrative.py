from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from caringmon.model.findings import Findings
from caringmon.report import comparisons, headlines, narrative
from caringmon.report.cards import cards
from caringmon.report.digest import LIMIT, chat_text, summary_line
from caringmon.report.own_counts import counts
from caringmon.report.reading import Reader
from caringmon.report.tables import all_days_grid, funnel_grid, team_grid
from caringmon.report.wording import plain
from tests.worked_findings import (
    CT0,
    PRANPC,
    VARIANTS,
    first_working_day,
    foreign,
    idle_day,
    last_working_day,
    no_qc,
    no_target,
    worked_findings,
)

AGREES = "1.365 agree bersih (termasuk 91 belum divalidasi)"
WORST = "Terbesar di tim TL02: kurang 55."
PROJECTION = (
    "Dengan laju 97,5 per hari kerja bulan ditutup pada sekitar 2.438 dari target 2.600; "
    "agar tercapai perlu 112,3 per hari pada 11 hari kerja tersisa."
)
DAY = "Hari itu 89, di bawah target 104."
HEADING = (
    "Laju 97,5 per hari kerja mengarah ke 2.438 dari target 2.600; perlu 112,3 per hari pada 11 hari kerja tersisa."
)


def lead(findings: Findings, segment: str = "CT0") -> list[str]:
    return [plain(sentence, findings.head.lang) for sentence in narrative.lead(Reader(findings, segment))]


def changes(findings: Findings, segment: str = "CT0") -> list[str]:
    found = comparisons.changes(Reader(findings, segment))
    return [f"{plain(c.what, 'id')}: {plain(c.pair, 'id')}" if c.pair else plain(c.what, "id") for c in found]


def card_texts(findings: Findings) -> list[tuple[str, str, str, str]]:
    return [
        tuple(plain(part, "id") if part else "" for part in (card.label, card.value, card.context, card.verdict))
        for card in cards(Reader(findings, "CT0"))
    ]


def test_the_first_paragraph_says_fact_comparison_and_projection() -> None:
    assert lead(worked_findings()) == [
        f"Sampai 18 Oktober tercapai {AGREES} dari target berjalan 1.456, kurang 91.",
        "Hari itu tercapai 89, di bawah target harian 104.",
        WORST,
        PROJECTION,
    ]


def test_the_english_twin_says_the_same() -> None:
    assert lead(worked_findings(lang="en"))[0] == (
        "By 18 October there were 1,365 net agrees (including 91 not yet validated) against a target to date of 1,456: "
        "91 short."
    )


def test_without_a_target_nothing_is_compared() -> None:
    sentences = lead(no_target())
    assert sentences[0].endswith("Pencapaian tidak dapat dihitung: target belum ditetapkan.")
    assert sentences[1:] == [
        "Hari itu tercapai 89.",
        "Dengan laju sekarang bulan ditutup pada sekitar 2.438.",
    ]


def test_a_day_without_activity_says_so() -> None:
    assert "Tidak ada aktivitas panggilan pada 18 Oktober." in lead(idle_day())


def test_on_the_last_working_day_the_month_is_over() -> None:
    assert lead(last_working_day())[-1] == "Bulan berjalan selesai: tidak ada hari kerja tersisa."


def test_the_first_days_of_a_month_are_indicative() -> None:
    assert lead(first_working_day())[-1] == "Proyeksi ini indikatif: baru 1 hari kerja berjalan."


def test_the_first_working_day_has_nothing_to_compare_the_month_with() -> None:
    reader = Reader(first_working_day(), "CT0")
    assert comparisons.changes(reader) == ()
    assert plain(comparisons.no_changes(reader), "id").startswith("Hari kerja pertama bulan ini")


def test_without_qc_nothing_is_said_about_validation() -> None:
    assert "termasuk" not in lead(no_qc())[0]


def test_the_changes_are_those_that_matter() -> None:
    assert changes(worked_findings()) == [
        "Gap melebar: −76 → −91",
        "TL06 turun dari Mendekati ke Di bawah target: 90,0 % → 88,7 %",
        "Contact rate harian turun: 42,7 % → 39,3 %",
        "Return terbuka bertambah: 18 → 21",
        "Belum divalidasi bertambah: 38 → 91",
    ]


def test_many_teams_that_fall_stand_in_one_line() -> None:
    assert "Empat tim turun status: TL02, TL03, TL04, dan TL05" in changes(idle_day())


def test_a_gap_that_narrows_is_said_to_narrow() -> None:
    assert changes(worked_findings(), "PRANPC")[0] == "Gap menyempit: −45 → −41"


def test_last_month_is_compared_at_the_same_working_day() -> None:
    reader = Reader(worked_findings(), "CT0")
    first = comparisons.against_last_month(reader)[0]
    assert f"{plain(first.what, 'id')}: {plain(first.pair or '', 'id')}" == "Agree bersih: 1.402 → 1.365"
    assert reader.last_day("K17", "last_month") == dt.date(2022, 9, 16)


@pytest.mark.parametrize(
    ("build", "days", "month"),
    [
        (
            worked_findings,
            "Sembilan dari sepuluh hari di bawah target",
            "Bulan mengarah ke 2.438, di bawah target 2.600",
        ),
        (no_target, "Antara 83 dan 104 agree per hari kerja", "Bulan mengarah ke 2.438"),
        (
            idle_day,
            "Delapan dari sembilan hari di bawah target",
            "Bulan mengarah ke 2.279, di bawah target 2.600",
        ),
        (
            last_working_day,
            "Sepuluh hari kerja terakhir semuanya di bawah target",
            "Bulan ditutup pada 2.430 dari target 2.600",
        ),
    ],
)
def test_chart_titles_are_conclusions_from_the_figures(build: Callable[[], Findings], days: str, month: str) -> None:
    reader = Reader(build(), "CT0")
    assert plain(headlines.days_title(reader), "id") == days
    assert plain(headlines.month_title(reader), "id") == month


def test_when_every_day_reached_its_target_the_title_says_so() -> None:
    strong = dataclasses.replace(CT0, october=(120,) * 25, september=(120,) * 14, teams={})
    reader = Reader(worked_findings(work={"CT0": strong}), "CT0")
    assert plain(headlines.days_title(reader), "id") == "Sepuluh hari kerja terakhir semuanya mencapai target"
    assert lead(reader.findings)[0].endswith("dari target berjalan 1.456, lebih 224.")
    assert lead(reader.findings)[2] == (
        "Dengan laju sekarang bulan ditutup pada sekitar 3.000 dan mencapai target 2.600."
    )


def test_exactly_on_target_is_neither_short_nor_ahead() -> None:
    level = dataclasses.replace(CT0, october=(104,) * 25, teams={})
    assert lead(worked_findings(work={"CT0": level}))[0].endswith("setara target berjalan 1.456.")


def test_a_target_of_zero_is_no_target_to_reach() -> None:
    idle = worked_findings(work={"CT0": dataclasses.replace(CT0, target=0.0, teams={})})
    assert lead(idle)[0].endswith("Pencapaian tidak dapat dihitung: targetnya nol.")
    assert lead(idle)[-1] == "Dengan laju sekarang bulan ditutup pada sekitar 2.438."


def test_rows_without_a_team_are_left_out_when_nothing_happened_in_them() -> None:
    unmapped = {"TL01": (2600, 1276, 89), "TIDAK TERPETAKAN": (0, 0, 0)}
    some = {"TL01": (2600, 1270, 89), "TIDAK TERPETAKAN": (0, 6, 0)}
    for teams, names in ((unmapped, ["TL01"]), (some, ["TL01", "TIDAK TERPETAKAN"])):
        findings = worked_findings(work={"CT0": dataclasses.replace(CT0, teams=teams)})
        assert [team.entity for team in Reader(findings, "CT0").teams] == names


def test_a_holiday_is_named_in_the_head() -> None:
    from caringmon.report.notes import header

    facts = header(worked_findings(date=dt.date(2022, 10, 8), idle=True))
    assert facts.workday is not None
    assert plain(facts.workday, "id") == "hari libur: Maulid Nabi Muhammad"


def test_an_incomplete_day_says_until_when_calls_are_counted() -> None:
    from caringmon.report.notes import banners

    clock = dt.datetime.fromisoformat("2022-10-18T17:00")
    said = [plain(banner, "id") for banner in banners(worked_findings(calls_clock=clock))]
    assert said == ["Hari belum selesai. Panggilan dihitung sampai 18 Oktober 17.00."]


def test_the_table_of_teams_has_a_conclusion() -> None:
    reader = Reader(worked_findings(), "CT0")
    assert plain(headlines.teams_title(reader), "id") == "Dua dari enam tim mencapai target berjalan"


def test_several_segments_get_one_line_each_for_a_reader_with_ten_seconds() -> None:
    lines = [(reader.name, plain(line, "id")) for reader, line in narrative.overview(worked_findings())]
    assert lines == [
        ("CT-0", "kurang 91: 1.365 dari 1.456 (93,8 %); mengarah ke 2.438 dari 2.600"),
        ("PraNPC", "kurang 41: 2.955 dari 2.996 (98,6 %); mengarah ke 5.277 dari 5.350"),
    ]


def test_one_segment_needs_no_overview() -> None:
    assert narrative.overview(worked_findings(work={"PRANPC": PRANPC})) == ()


def test_the_six_cards() -> None:
    assert card_texts(worked_findings()) == [
        ("Agree bersih 18 Okt", "89", "target 104", "−15 Di bawah target"),
        ("Bulan s.d. 18 Okt", "1.365", "dari 1.456", "93,8 % Mendekati"),
        ("Gap berjalan", "−91", "17 Okt: −76", "memburuk 15"),
        ("Laju per hari kerja", "97,5", "perlu 112,3", "perlu naik 15,2 %"),
        ("Contact rate 18 Okt", "39,3 %", "17 Okt: 42,7 %", ""),
        ("Return terbuka", "21", "17 Okt: 18", "bertambah 3"),
    ]


def test_what_a_file_lacks_by_design_gets_no_card_and_the_next_moves_up() -> None:
    labels = [label for label, *_ in card_texts(foreign())]
    assert labels == [
        "Agree 18 Okt",
        "Bulan s.d. 18 Okt",
        "Laju per hari kerja",
        "Agree rate 18 Okt",
        "Dial 18 Okt",
    ]


def test_what_is_not_known_for_another_reason_is_a_dash_with_the_reason() -> None:
    assert ("Gap berjalan", "–", "target belum ditetapkan", "") in card_texts(no_target())
    assert ("Return terbuka", "–", "data validasi QC belum diterima", "") in card_texts(no_qc())


def test_the_columns_of_the_teams_fit_a_page() -> None:
    reader = Reader(worked_findings(), "CT0")
    grid = team_grid(reader)
    assert len(grid.columns) + 1 <= 15
    assert {len(row.cells) for row in grid.rows} == {len(grid.columns)}
    assert len([row for row in grid.rows if not row.extra]) == 6
    assert sum(span for _, span in grid.group_labels) == len(grid.columns)


def test_columns_that_nobody_can_fill_are_named_below_the_table() -> None:
    reader = Reader(no_target(), "CT0")
    grid = team_grid(reader)
    assert [plain(note, "id") for note in grid.notes] == [
        "Tidak dicetak: target dan capaian, karena target belum ditetapkan."
    ]


def test_stages_that_a_file_cannot_tell_are_named_below_the_funnel() -> None:
    notes = [plain(note, "id") for note in funnel_grid(Reader(foreign(), "CT0")).notes]
    assert "Tidak dicetak: Agree valid, karena sumber data tidak memuat validasi QC." in notes


def test_the_days_of_the_month_stand_beside_their_cumulative_figures() -> None:
    grid = all_days_grid(Reader(worked_findings(), "CT0"))
    assert len(grid.rows) == 14
    assert [plain(c, "id") for c in grid.rows[-1].cells[-2:] if not isinstance(c, tuple) and c] == ["1.365", "1.456"]


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_chat_text_is_short_and_ends_with_the_run(name: str, lang: str) -> None:
    findings = VARIANTS[name]()
    findings = dataclasses.replace(findings, head=dataclasses.replace(findings.head, lang=lang))
    text = chat_text(findings)
    assert len(text) <= LIMIT
    assert text.endswith("Run 3f9a1c07be42.\n")


def test_the_chat_text_reads_aloud() -> None:
    assert chat_text(worked_findings()).splitlines()[:4] == [
        "Evaluasi Harian Caring, Selasa, 18 Oktober 2022, hari kerja ke-14 dari 25",
        "",
        f"CT-0, Mendekati (93,8 %): {AGREES} dari target berjalan 1.456, kurang 91. {DAY} {WORST} {HEADING}",
        "• Gap melebar, dari −76 menjadi −91.",
    ]


def test_a_report_fits_one_line_of_the_index() -> None:
    assert summary_line(foreign()) == "CT-0 1.365 agree; sumber data tidak memuat target"


def test_counts_of_the_report_are_figures_too() -> None:
    count = counts(Reader(worked_findings(), "CT0"))
    assert (count["days_below"].id, count["days_below"].value) == ("CT0.days_below.recent", 9)
    assert (count["teams_reached"].value, count["teams_down"].value) == (2, 1)
