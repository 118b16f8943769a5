from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook

from caringmon.model.findings import Findings
from caringmon.report import conclusions, narrative, sections, tables
from caringmon.report.figures import check_page
from caringmon.report.hours_chart import hour_charts, hours_chart
from caringmon.report.page import page_html
from caringmon.report.reading import Reader
from caringmon.report.sheets.evidence import COLUMNS
from caringmon.report.tables import Grid, Row
from caringmon.report.wording import Shown, plain
from tests.report_documents import findings_of, notebook_of, page_of, workbook_bytes_of
from tests.worked_findings import CT0, worked_findings
from tests.worked_leader import leader_findings


def ct0(findings: Findings | None = None) -> Reader:
    return Reader(findings or worked_findings(), "CT0")


def pranpc(findings: Findings | None = None) -> Reader:
    return Reader(findings or worked_findings(), "PRANPC")


def printed(row: Row) -> list[str]:
    """Return the texts of a row; bars and empty cells have none."""
    cells = (cell for cell in row.cells if cell is not None and not isinstance(cell, tables.Bar))
    return [plain(row.head, "id"), *(plain(cell, "id") for cell in cells)]


def heads(rows: Iterable[Row]) -> list[str]:
    return [plain(row.head, "id") for row in rows]


def value(findings: Findings, figure: str, number: float) -> Findings:
    """Return the findings with one figure changed."""
    rows = findings.tables["figures"].copy()
    assert (rows["id"] == figure).sum() == 1
    rows.loc[rows["id"] == figure, ["value", "numerator"]] = number
    return Findings(findings.head, {**findings.tables, "figures": rows})


def table(findings: Findings, name: str, **columns: object) -> Findings:
    """Return the findings with columns of a table changed."""
    return dataclasses.replace(findings, tables={**findings.tables, name: findings.tables[name].assign(**columns)})


# Teams


def test_gross_less_what_is_printed_beside_it_is_net() -> None:
    """Agrees that lapsed by no verdict have a column on days that have any: 12 - 1 - 2 - 3 = 6."""
    day = {"K13.day.TL01": 12, "return_open.day.TL01": 1, "not_valid.day.TL01": 2, "lapsed.day.TL01": 3,
           "K17.day.TL01": 6}  # fmt: skip
    findings = worked_findings()
    labels = [plain(column.label, "id") for column in tables.team_grid(ct0(findings)).columns]
    assert "Gugur lain" not in labels
    for name, number in day.items():
        findings = value(findings, f"CT0.{name}", number)
    grid = tables.team_grid(ct0(findings))
    labels = [plain(column.label, "id") for column in grid.columns]
    own = dict(zip(labels[:8], (cell.figure.value for cell in grid.rows[0].cells[:8]), strict=True))
    assert own["Gross"] - own["Return"] - own["Tidak valid"] - own["Gugur lain"] == own["Bersih"] == 6


@pytest.mark.parametrize(
    ("each", "site", "is_told"),
    [
        (10.4, 62.4, True),  # six times 10 are 60, printed above 62
        (10.1, 60.6, True),  # 60 above 61
        (10.0, 60.0, False),
        (10.4, 70.0, False),  # what does not add up anyway has another reason
    ],
)
def test_teams_that_add_up_only_before_they_are_rounded_are_explained(each: float, site: float, is_told: bool) -> None:
    findings = value(worked_findings(), "CT0.target.day", site)
    for team in range(1, 7):
        findings = value(findings, f"CT0.target.day.TL0{team}", each)
    rows = findings.tables["figures"]
    whole = rows["kpi"].isin(["target", "K45"]) & ~rows["id"].str.startswith("CT0.target.day")
    findings = table(findings, "figures", value=rows["value"].where(~whole, 0.0))
    notes = [plain(note, "id") for note in tables.team_grid(ct0(findings)).notes]
    assert ("Target dan proyeksi dicetak bulat; jumlah tim dapat berbeda sedikit dari Site." in notes) is is_told


def test_a_spv_stands_below_the_teams_and_adds_them_up() -> None:
    """246 + 197 + 243 = 686 net agrees of 252 + 252 + 238 = 742 due."""
    grid = tables.team_grid(ct0())
    assert heads(grid.rows) == ["TL01", "TL02", "TL03", "SPV01", "TL04", "TL05", "TL06", "SPV02"]
    labels = [plain(column.label, "id") for column in grid.columns if column.kind != "bar"]
    first = dict(zip(labels[8:], printed(grid.rows[3])[9:], strict=True))
    assert first == {
        "Target": "742", "Bersih": "686", "Capaian": "92,5 %", "Proyeksi bulan": "1.225", "Status": "Mendekati",
    }  # fmt: skip


def test_a_single_spv_gets_no_row_since_it_would_repeat_the_site() -> None:
    assert heads(tables.team_grid(pranpc()).rows) == ["TL07", "TL08", "TL09", "TL10"]


def test_rows_that_no_roster_explains_are_printed_only_when_they_say_something() -> None:
    strangers = {"TIDAK TERPETAKAN": (0, 0, 0)}
    work = dataclasses.replace(CT0, teams={**CT0.teams, **strangers})
    silent = ct0(worked_findings(work={"CT0": work}))
    assert "Tidak terpetakan" not in heads(tables.team_grid(silent).rows)
    loud = dataclasses.replace(CT0, teams={**CT0.teams, "TIDAK TERPETAKAN": (0, 3, 1)})
    assert "Tidak terpetakan" in heads(tables.team_grid(ct0(worked_findings(work={"CT0": loud}))).rows)


# Agents


def test_the_page_names_the_five_best_agents_in_order_and_the_workbook_all_by_code() -> None:
    best, every = tables.best_agents_grid(ct0()), tables.agents_grid(ct0())
    rates = [cell.figure.value for row in best.rows for cell in row.cells if is_shrunken(cell)]
    assert len(rates) == 5
    assert rates == sorted(rates, reverse=True)
    assert heads(every.rows) == sorted(heads(every.rows))
    assert len(every.rows) == 18


def is_shrunken(cell: object) -> bool:
    return isinstance(cell, Shown) and cell.figure.kpi == "K14.shrunken"


def test_no_more_than_the_better_half_is_named_so_that_nobody_is_shown_as_last() -> None:
    """Eight agents of PraNPC have a place: four are named."""
    assert len(tables.best_agents_grid(pranpc()).rows) == 4


def test_an_agent_with_few_contacts_has_no_place_and_is_counted() -> None:
    small = {agent.entity for agent in ct0().agents if agent.rank == 0}
    assert small.isdisjoint(heads(tables.best_agents_grid(ct0()).rows))
    assert [plain(line, "id") for line in conclusions.agents_lines(ct0())] == [
        "Semua 18 agent, menurut kode, ada di report.xlsx.",
        "6 agent dengan kurang dari 20 RPC bulan ini (n<20) tidak diurutkan.",
    ]


def test_without_anybody_to_order_there_is_no_table() -> None:
    findings = table(worked_findings(), "agents", rank=0)
    shown = sections.show_agents(findings).html
    assert "<table" not in shown
    assert "Belum ada agent dengan" in BeautifulSoup(shown, "html.parser").get_text()


def test_the_report_for_the_manager_has_no_agent_rows() -> None:
    findings = worked_findings()
    findings = Findings(dataclasses.replace(findings.head, audience="manager"), findings.tables)
    page = page_html(notebook_of(findings), findings, 1)
    assert "agent:" not in page
    assert "tidak memuat baris agent" in page
    assert "untuk manager" in page


# Calls


def test_the_best_hours_are_named_with_their_rates_best_first() -> None:
    """17.00: 231 of 833 dials; 16.00: 409 of 1 524."""
    assert plain(conclusions.hours_title(ct0()), "id") == "Kontak terbaik pukul 17.00 (27,7 %) dan 16.00 (26,8 %)"
    assert "jelas lebih rendah pukul 13.00 (18,2 %)" in plain(conclusions.hours_line(ct0()) or "", "id")
    marked = {plain(row.head, "id"): printed(row)[-1] for row in tables.hours_grid(ct0()).rows}
    assert (marked["13.00"], marked["16.00"]) == ("di bawah", "di atas")


def test_where_no_hour_differs_none_is_called_best() -> None:
    reader = ct0(table(worked_findings(), "hours", standing=""))
    assert plain(conclusions.hours_title(reader), "id") == "Belum ada jam yang jelas lebih baik untuk kontak"
    assert "belum dapat dibedakan" in plain(conclusions.hours_line(reader) or "", "id")


def test_the_heat_map_says_its_message_with_numbers() -> None:
    svg, alt = hours_chart(ct0())
    assert plain(alt, "id").startswith(
        "Kontak terbaik pukul 17.00 (27,7 %) dan 16.00 (26,8 %). Contact rate menurut jam: 08.00 ("
    )
    assert b"27,7 %" in svg
    assert len(svg) <= 5_000


def test_without_hours_there_is_no_heat_map() -> None:
    empty = worked_findings().tables["hours"].iloc[:0]
    findings = worked_findings()
    findings = dataclasses.replace(findings, tables={**findings.tables, "hours": empty})
    assert hour_charts(ct0(findings)) == ()
    assert "<img" not in sections.show_calls(findings).html


def test_results_stand_in_order_and_the_rest_is_one_row() -> None:
    """1 342 dials × 27.2 % = 365; nine tenths of them × 24.5 % = 296.0 before.

    Behind the tenth stand 28 + 27 + 23 + 21 + 20 + 19 + 16 + 13 + 13 = 180.
    """
    full, short = tables.results_grid(ct0()), tables.results_grid(ct0(), 10)
    assert len(full.rows) == 19
    assert printed(full.rows[0]) == ["Tidak diangkat", "365", "27,2 %", "296,0", "+69,0"]
    assert len(short.rows) == 11
    assert printed(short.rows[-1]) == ["Hasil lainnya", "180"]
    assert plain(conclusions.results_title(ct0()), "id").startswith("Paling sering: Tidak diangkat, 365 percobaan")


# What is open


def test_the_limit_date_concerns_ct0_alone() -> None:
    assert "Mendekati batas tanggal, belum RPC" in heads(tables.reach_grid(ct0()).rows)
    assert "Mendekati batas tanggal, belum RPC" not in heads(tables.reach_grid(pranpc()).rows)
    assert plain(conclusions.reach_line(ct0()) or "", "id") == (
        "412 pelanggan mendekati batas tanggal dan belum RPC bulan ini; tunggakannya Rp\N{NO-BREAK SPACE}187,3"
        "\N{NO-BREAK SPACE}juta."
    )


@pytest.mark.parametrize(("untouched", "said"), [(0, "Semua data sudah disentuh"), (7, "7 data belum disentuh")])
def test_where_no_limit_is_near_the_untouched_records_are_told(untouched: int, said: str) -> None:
    findings = value(value(worked_findings(), "CT0.near_limit.day", 0), "CT0.K07.mtd", untouched)
    assert plain(conclusions.reach_line(ct0(findings)) or "", "id").startswith(said)


def test_what_became_of_promises_adds_up_to_those_due() -> None:
    grid = tables.kept_grid(ct0())
    assert [printed(row)[1] for row in grid.rows] == ["428", "46", "41", "89"]
    assert printed(grid.totals[0]) == ["Semua yang jatuh tempo", "604"]


def test_promises_of_the_day_and_the_overdue_stand_in_one_line() -> None:
    line = conclusions.promises_line(ct0())
    assert plain(line or "", "id").replace("\N{NO-BREAK SPACE}", " ") == (
        "74 janji jatuh hari ini (Rp 31,3 juta); 212 lewat tanggal dan belum lunas (Rp 98,5 juta)."
    )
    quiet = value(value(worked_findings(), "CT0.overdue.day", 0), "CT0.promised_today.day", 0)
    line = conclusions.promises_line(ct0(quiet))
    assert plain(line or "", "id") == "Tidak ada janji yang jatuh hari ini; tidak ada yang lewat tanggal."


def test_old_returns_are_told() -> None:
    """21 returns are open: 9 up to one day, 5 up to three, 7 older."""
    assert plain(conclusions.quality_line(ct0()) or "", "id").startswith("7 dari 21 return terbuka")
    none = value(worked_findings(), "CT0.return_open.mtd", 0)
    assert plain(conclusions.quality_line(ct0(none)) or "", "id") == "Tidak ada return terbuka."
    young = value(worked_findings(), "CT0.K40.>3.mtd", 0)
    assert plain(conclusions.quality_line(ct0(young)) or "", "id").startswith("21 return terbuka, tidak ada yang")


# Who the report is for, and who is away


def test_a_leaders_report_is_about_the_leader_and_shows_the_site_beside() -> None:
    findings = leader_findings()
    page = BeautifulSoup(page_html(notebook_of(findings), findings, 1), "html.parser")
    assert "untuk TL01" in page.find("header").get_text()
    assert "tercapai 250 agree bersih" in page.select_one(".lead").get_text()
    assert page.select_one(".site").get_text().startswith("Site: kurang 91: 1.365 dari 1.456")
    assert page.select_one(".big data")["data-figure"] == "CT0.K17.day.TL01"
    first = tables.team_grid(Reader(findings, "CT0"))
    assert (heads(first.rows), heads(first.totals)) == (["TL01"], ["Site"])
    assert check_page(str(page), findings) == []


def test_team_leaders_who_are_away_are_named_on_the_first_page() -> None:
    findings = worked_findings(away=[("TL02", "SAKIT"), ("TL08", "CUTI")])
    said = [
        away.get_text()
        for away in BeautifulSoup(sections.show_first_page(findings).html, "html.parser").select(".away")
    ]
    assert said == ["TL tidak hadir: TL02 (sakit).", "TL tidak hadir: TL08 (cuti)."]
    assert narrative.leaders_away(ct0()) is None


# Edges


def test_what_files_lack_by_design_is_one_line_with_its_reason() -> None:
    text = BeautifulSoup(page_of("foreign"), "html.parser").get_text()
    for what in ("pencapaian per tim", "agent", "panggilan menurut jam"):
        assert f"Tidak dicetak: {what}, karena sumber data tidak memuat" in text


def test_what_is_missing_today_is_named_where_it_would_stand() -> None:
    grid: Grid = tables.taps_grid(ct0(findings_of("no_qc")))
    assert grid.rows == ()
    assert [plain(note, "id") for note in grid.notes] == [
        "Tidak dicetak: Tapping hari ini dan Return terbuka, karena data validasi QC belum diterima."
    ]


@pytest.mark.parametrize("name", ["worked", "foreign", "first_working_day"])
def test_every_number_on_the_page_has_a_definition(name: str) -> None:
    findings = findings_of(name)
    page = BeautifulSoup(page_of(name), "html.parser")
    defined = {code.get_text() for code in page.select("section[aria-labelledby=definisi] .code.small")}
    kpi_of = findings.tables["figures"].set_index("id")["kpi"].to_dict()
    known = [data["data-figure"] for data in page.find_all("data") if data["value"]]
    used = {kpi_of[name] for name in known if name in kpi_of}
    assert {kpi for kpi in used if kpi not in defined and kpi.partition(".")[0] not in defined} == set()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_page_and_workbook_print_the_same_values(lang: str) -> None:
    book = load_workbook(io.BytesIO(workbook_bytes_of("worked", lang)), data_only=True)
    sheet, area = next(iter(book.defined_names["BUKTI"].destinations))
    place = list(COLUMNS).index("value")
    evidence = {row[0].value: row[place].value for row in book[sheet][area.replace("$", "")][1:]}
    page = BeautifulSoup(page_of("worked", lang), "html.parser")
    whole = [data for data in page.find_all("data") if data.get("data-form") not in {"numerator", "denominator"}]
    assert len(whole) > 800
    for data in whole:
        stored = evidence[data["data-figure"]]
        assert (data["value"] == "") if stored is None else float(data["value"]) == pytest.approx(stored, rel=1e-12)


def test_rupiah_print_in_millions_and_small_amounts_exactly() -> None:
    def rupiah(amount: float, lang: str) -> str:
        rows = value(worked_findings(), "CT0.overdue_rupiah.day", amount)
        return plain(rows.figure("CT0", "overdue_rupiah", "day"), lang).replace("\N{NO-BREAK SPACE}", " ")

    assert rupiah(27_449_000, "id") == "Rp 27,4 juta"
    assert rupiah(1_234_567_890, "en") == "Rp 1,234.6 million"
    assert rupiah(999_999, "id") == "Rp 999.999"
    assert rupiah(0, "id") == "Rp 0"
