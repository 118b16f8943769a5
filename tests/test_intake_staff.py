"""Staff who are told by a number, an address or a name instead of a code."""

from __future__ import annotations

import json

import pytest

from caringmon.cli import main
from caringmon.intake.pseudonyms import TEST_KEY, pseudonyms
from caringmon.intake.staff import compared, tells_person
from caringmon.store.identities import read_identities
from tests.exports import ORDER, TAP, codes, issue, load, new_workspace, stored, tamara_csv, text_file

PHONE, NAME = "081234567890", "dimas lestari"
OF_PHONE, OF_NAME = pseudonyms("staff", [PHONE, NAME], TEST_KEY)
ROSTER = ["person_id", "logins", "role", "reports_to", "valid_from"]
TARGETS = ["period", "segment", "level", "entity_id", "metric", "value", "version", "effective_from"]


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


@pytest.mark.parametrize(
    "code", ["A01", "1234567", "TL 03", "AGENT 12", "dimas.qc", "dimas", "POOL", "CT0-POOL", "", "Q 1 2", "A-1234-567"]
)
def test_a_code_tells_nobody(code):
    assert not tells_person(code)


@pytest.mark.parametrize(
    "code",
    ["81234567", "0812-3456-7890", "+62 812 3456 7890", "TLK12345678", "a@b.id", "Dimas Lestari", "M. Nur'aini",
     "Dimas Lestari 01", "(021) 555 1234", "SARI, S.Kom"],
)  # fmt: skip
def test_a_number_an_address_or_a_name_tells_a_person(code):
    assert tells_person(code)


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("0812-3456-7890", PHONE),
        ("(0812) 3456 7890", PHONE),
        ("DIMAS  Lestari", NAME),
        ("Dimas@Kantor.id", "dimas@kantor.id"),
    ],
)
def test_spelling_makes_no_other_person(code, same):
    assert compared(code) == compared(same) == same


def test_one_person_has_one_pseudonym_in_every_table(workspace):
    day, order = "2022-10-03", {"Periode": "2022-10", "Layanan": "CT-0", "SND": "0211234567", "Lembar": "1",
                                "TOTAL TAGIHAN": "100000", "Tgl Order": "03/10/2022"}  # fmt: skip
    tap = {"id_tapping": "1", "Call ID": "7001", "fastel": "0211234567", "Tgl Call": "03/10/2022 08:15:30",
           "Login QCO": "0812 3456 7890", "tanggal_tapping": "03/10/2022 09:00:00", "valid": "valid"}  # fmt: skip
    reports = load(workspace, {
        "Data 2022-10-03.csv": tamara_csv({"login": "0812-3456-7890", "nama_agent": "Dimas"}),
        "Order 2022-10-03.csv": text_file(ORDER, [({**order, "PETUGAS": PHONE}).get(name, "") for name in ORDER]),
        "Tap 2022-10-03.csv": text_file(TAP, [tap.get(name, "") for name in TAP]),
        "roster.csv": text_file(ROSTER, [PHONE, "", "AGENT", "Dimas Lestari", day]),
        "absensi.csv": text_file(["date", "person_id", "status", "planned_min"], [day, PHONE, "HADIR", "480"]),
        "target.csv": text_file(TARGETS, *(
            ["2022-10", "CT0", level, entity, "agree", "5", "1", day]
            for level, entity in (("AGENT", PHONE), ("TL", "DIMAS LESTARI"), ("WITEL", "JAKARTA PUSAT")))),
    })  # fmt: skip
    assert [stored(workspace, table)[0][column] for table, column in (
        ("calls", "agent_id"), ("assignments", "agent_id"), ("qc", "qco_id"), ("roster", "person_id"),
        ("attendance", "person_id"))] == [OF_PHONE] * 5  # fmt: skip
    assert stored(workspace, "roster")[0]["reports_to"] == OF_NAME
    assert [row["entity_id"] for row in stored(workspace, "targets")] == [OF_PHONE, OF_NAME, "JAKARTA PUSAT"]
    assert all("STAFF_NOT_BY_CODE" in codes(report) for report in reports.values())
    kept = read_identities(workspace).to_pylist()
    assert {(row["pseudonym"], row["clear"]) for row in kept if row["kind"] == "staff"} == {
        (OF_PHONE, PHONE), (OF_NAME, NAME)
    }  # fmt: skip
    assert {"kind": "agent_name", "pseudonym": OF_PHONE, "clear": "Dimas"} in kept


def test_the_warning_names_file_column_and_rows_and_no_value(workspace):
    calls = tamara_csv({}, {"id": "2", "login": PHONE}, {"id": "3", "login": "Dimas Lestari"})
    report = load(workspace, {"Data 2022-10-03.csv": calls})["Data 2022-10-03.csv"]
    found = issue(report, "STAFF_NOT_BY_CODE")
    assert (found.file, found.table, found.count, found.detail) == (
        "Data 2022-10-03.csv", "calls", 2, "agent_id: 3, 4"
    )  # fmt: skip
    assert not {PHONE, "Dimas"} & {*" ".join(report.lines()).split()}
    assert [row["agent_id"] for row in stored(workspace, "calls")] == ["A01", OF_PHONE, OF_NAME]


def test_the_roster_gives_a_telling_login_its_code_and_is_not_warned_of_it(workspace, capsys):
    reports = load(workspace, {
        "Data 2022-10-03.csv": tamara_csv({"login": "Dimas Lestari"}, {"id": "2", "login": "0812-3456-7890"}),
        "roster.csv": text_file(ROSTER, ["A01", f"d.lestari|DIMAS LESTARI|{PHONE}", "AGENT", "T1", "2022-10-01"]),
    })  # fmt: skip
    assert "STAFF_NOT_BY_CODE" not in codes(reports["roster.csv"])
    assert stored(workspace, "roster")[0]["logins"] == f"d.lestari|{OF_NAME}|{OF_PHONE}"
    words = ["kpi", "--workspace", str(workspace), "--segment", "CT0", "--from", "2022-10-03", "--to", "2022-10-03",
             "--level", "agent", "--kpi", "K04", "--format", "json"]  # fmt: skip
    assert main(words) == 0
    answers = json.loads(capsys.readouterr().out)
    assert {row["entity"] for row in answers} == {"A01"}
