"""The lists that people keep in `params/`: what they may hold, and how a mistake is answered: by its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from caringmon.errors import ParameterError
from caringmon.lists import Region, Suppressed, csv_rows, read_regions, read_sources, read_suppression
from caringmon.model.tables import TABLES
from caringmon.shipped import params_folder

SERVICE = "0211234567"
SUPPRESSION_HEADER = "service_no,pseudonym,reason,from"
REGION_HEADER = "scheme,witel,regional,tz,valid_from,valid_to"


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_table_has_a_source_of_record_and_the_shipped_file_names_it():
    usual = read_sources(params_folder() / "nothing.yml")
    assert read_sources(params_folder() / "sources.yml") == usual
    assert usual.keys() == TABLES.keys()
    assert (usual["calls"], usual["payments"]) == ("TAMARA", "EXCEL")


def test_a_table_that_is_named_changes_and_the_others_stay(tmp_path):
    sources = read_sources(written(tmp_path / "sources.yml", "calls: NONATERO"))
    assert (sources["calls"], sources["qc"]) == ("NONATERO", "TAMARA")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("cals: TAMARA", "sources.yml: unknown table 'cals'. Did you mean 'calls'?"),
        ("calls: tamara", "calls: the system is one of TAMARA, NONATERO, EXCEL. Did you mean 'TAMARA'?"),
        ("calls: [TAMARA]", "calls: the system is one of TAMARA, NONATERO, EXCEL."),
    ],
)
def test_a_mistake_in_the_sources_is_named(tmp_path, line, answer):
    with pytest.raises(ParameterError) as problem:
        read_sources(written(tmp_path / "sources.yml", line))
    assert answer in str(problem.value)


def test_a_service_is_suppressed_by_its_number_or_its_pseudonym(tmp_path):
    path = written(
        tmp_path / "suppression.csv",
        SUPPRESSION_HEADER,
        "# asked on the phone",
        f"{SERVICE},,DNC,2022-10-05",
        "",
        ",ABCDEFGHIJKLMNOP,PDP,2022-10-18",
    )
    assert read_suppression(path) == (
        Suppressed(SERVICE, "", "DNC", dt.date(2022, 10, 5)),
        Suppressed("", "ABCDEFGHIJKLMNOP", "PDP", dt.date(2022, 10, 18)),
    )


def test_without_a_list_nobody_is_suppressed(tmp_path):
    assert read_suppression(tmp_path / "suppression.csv") == ()
    assert read_suppression(written(tmp_path / "suppression.csv", SUPPRESSION_HEADER)) == ()


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (f"{SERVICE},ABCDEFGHIJKLMNOP,DNC,2022-10-05", "line 3: fill exactly one of service_no and pseudonym"),
        (",,DNC,2022-10-05", "line 3: fill exactly one"),
        (f"{SERVICE},,dnc,2022-10-05", "line 3: reason is one of DNC, PDP, CLIENT. Did you mean 'DNC'?"),
        (f"{SERVICE},,DNC,05/10/2022", "line 3: from is a date written YYYY-MM-DD"),
        (f"{SERVICE},,DNC", "line 3: expected service_no,pseudonym,reason,from"),
        ("1.31166E+11,,DNC,2022-10-05", "line 3: Excel has cut digits off service_no"),
        (f",{SERVICE},DNC,2022-10-05", "line 3: a pseudonym has 16 letters A-Z and digits 2-7"),
        (f'"{SERVICE}\nx",,DNC,2022-10-05', "line 3: cannot be read as cells; a row is one line"),
    ],
)
def test_a_mistake_in_the_suppression_list_names_its_line_and_no_number(tmp_path, row, answer):
    with pytest.raises(ParameterError) as problem:
        read_suppression(written(tmp_path / "suppression.csv", SUPPRESSION_HEADER, "# remark", row))
    assert answer in str(problem.value)
    assert SERVICE not in str(problem.value)


def test_the_shipped_regions_are_those_of_the_scheme():
    regions = read_regions(params_folder() / "region_map.csv")
    assert {region.scheme for region in regions} == {"telkom_treg"}
    assert {(region.witel, region.regional, region.tz) for region in regions} == {
        ("Semarang", "4", "WIB"), ("Yogyakarta", "4", "WIB"), ("Solo", "4", "WIB"), ("Bandung", "3", "WIB"),
        ("Denpasar", "5", "WITA"), ("Makassar", "7", "WITA"), ("Maluku", "7", "WIT"), ("Papua", "7", "WIT"),
    }  # fmt: skip


def test_a_witel_may_change_its_regional_when_the_earlier_row_ends(tmp_path):
    rows = ("x,Solo,4,WIB,2022-01-01,2023-01-01", "x,SOLO,3,WIB,2023-01-01,", "y,Solo,1,WIB,2022-01-01,")
    regions = read_regions(written(tmp_path / "region_map.csv", REGION_HEADER, *rows))
    assert regions[1] == Region("x", "SOLO", "3", "WIB", dt.date(2023, 1, 1), None)


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        ("x,Solo,4,WIB,2022-06-01,", "line 3: Solo stands twice in x; end the earlier row first"),
        ("x,Medan,1,wib,2022-01-01,", "line 3: tz is one of WIB, WITA, WIT. Did you mean 'WIB'?"),
        ("x,,1,WIB,2022-01-01,", "line 3: witel is empty"),
        ("x,Medan,1,WIB,,", "line 3: valid_from is a date"),
    ],
)
def test_a_mistake_in_the_regions_names_its_line(tmp_path, row, answer):
    path = written(tmp_path / "region_map.csv", REGION_HEADER, "x,Solo,4,WIB,2022-01-01,", row)
    with pytest.raises(ParameterError) as problem:
        read_regions(path)
    assert answer in str(problem.value)


@pytest.mark.parametrize("header", ["code;word", "word,code", ""])
def test_a_list_with_another_header_is_refused(tmp_path, header):
    with pytest.raises(ParameterError, match="line 1: expected the columns code,word"):
        list(csv_rows(written(tmp_path / "words.csv", header), ("code", "word")))


def test_a_word_with_a_comma_needs_quotes_and_line_numbers_are_those_of_the_file(tmp_path):
    path = written(tmp_path / "words.csv", "code,word", "#C02,x", '"C02","keluarga, titip pesan"', "C02,a, b")
    rows = csv_rows(path, ("code", "word"))
    assert next(rows) == (3, {"code": "C02", "word": "keluarga, titip pesan"})
    with pytest.raises(ParameterError, match="line 4: expected code,word; text that holds a comma"):
        next(rows)
