from __future__ import annotations

import pytest

from caringmon.errors import ParameterError
from caringmon.intake.aliases import Aliases, normalised, read_aliases
from caringmon.intake.headers import recognise
from caringmon.intake.mappings import read_mapping
from caringmon.model.codes import Severity
from caringmon.model.tables import TABLES
from tests.exports import CALL_SHEET, ORDER, TAMARA, TAP, read, shipped_rules, text_file

RULES = shipped_rules()
ROSTER = ["person_id", "role", "valid_from"]
SEEN_IN_EVERY_TABLE = {"service_no", "segment", "period"}
BANK = {
    "table": "calls",
    "columns": {"called_at": "call_date", "talk_sec": "duration", "result_code": "y"},
    "constants": {"segment": "CT0", "agent_id": "POOL"},
    "words": {"result_code": {"yes": "R01", "no": "R99"}},
    "attempt_id": "row_number",
    "service_no": "row_number",
    "called_at": "date",
    "absent_by_design": ["agents", "promises"],
}


def recognised(tmp_path, headers, aliases: Aliases = RULES.aliases, mappings=()):
    path = tmp_path / "file.csv"
    path.write_bytes(text_file(headers, ["x"] * len(headers)))
    (sheet,) = read(path, aliases)
    return recognise(sheet, aliases, mappings)


def tables_of(found):
    return [feed.table.name for feed in found.feeds]


@pytest.mark.parametrize(
    "header",
    ["No_Telepon", " no  telepon ", "NO-TELEPON", "No.Telépon", "no telepon", "No&nbsp;Telepon", "No_x000D_\nTelepon"],
    ids=repr,
)
def test_headers_are_compared_without_case_accents_and_punctuation(header):
    assert normalised(header) == "no telepon"


@pytest.mark.parametrize(
    ("headers", "table"),
    [
        (TAMARA, "calls"),
        (CALL_SHEET, "calls"),
        (ORDER, "assignments"),
        (TAP, "qc"),
        (ROSTER, "roster"),
        ([c.name for c in TABLES["targets"].columns], "targets"),
        (["fastel", "Tanggal Pembayaran", "PAYMENT_AMOUNT 1", "CHANEL BAYAR 1"], "payments"),
        (["date", "person_id", "planned_min", "login_min", "status"], "attendance"),
    ],
)
def test_a_file_feeds_the_table_whose_required_columns_it_has(tmp_path, headers, table):
    assert tables_of(recognised(tmp_path, headers)) == [table]


@pytest.mark.parametrize("table", TABLES)
def test_canonical_names_are_always_accepted(tmp_path, table):
    headers = [column.name for column in TABLES[table].columns]
    assert table in tables_of(recognised(tmp_path, headers, read_aliases({}, "none.yml")))


def test_one_file_may_feed_two_tables(tmp_path):
    judged = ["Login QCO", "tanggal_tapping", "valid", "round"]
    assert tables_of(recognised(tmp_path, [*CALL_SHEET, *judged])) == ["calls", "qc"]


def test_qc_columns_of_a_call_export_without_rounds_are_a_state_not_a_log(tmp_path):
    judged = ["upd_qco", "tgl_qco", "valid", "follow"]
    assert tables_of(recognised(tmp_path, [*CALL_SHEET, *judged])) == ["calls", "qc_states"]


def test_the_first_alias_wins_and_the_others_are_listed(tmp_path):
    found = recognised(tmp_path, [*TAMARA, "Tanggal", "Waktu Call", "kolom rahasia"])
    (feed,) = found.feeds
    assert feed.positions["called_at"] == TAMARA.index("tgl")
    assert [(i.code, i.severity, i.count, i.detail) for i in found.issues] == [
        ("HEADER_UNUSED", Severity.INFO, 2, "tanggal, waktu call"),
        ("UNKNOWN_HEADERS", Severity.INFO, 1, "kolom rahasia"),
    ]


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [("TL", []), (" tl ", []), ("", []), ("SPV", ["role"])],
)
def test_two_columns_of_one_name_are_a_conflict_only_where_they_disagree(tmp_path, other, conflicts):
    path = tmp_path / "file.csv"
    path.write_bytes(text_file([*ROSTER, "Role&nbsp;"], ["A1", "TL", "2022-01-03", other]))
    found = recognise(read(path)[0], RULES.aliases, ())
    assert [i.detail for i in found.issues if i.code == "HEADER_CONFLICT"] == conflicts


def test_of_two_names_of_different_rank_the_second_may_say_what_it_likes(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(text_file([*ROSTER, "jabatan"], ["A1", "TL", "2022-01-03", "SPV"]))
    assert {i.code for i in recognise(read(path)[0], RULES.aliases, ()).issues} == {"HEADER_UNUSED"}


def test_what_stands_where_headers_do_not_tell_the_system_is_the_source_of_record(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(text_file(ROSTER, ["A1", "TL", "2022-01-03"]))
    (sheet,) = read(path)
    assert recognise(sheet, RULES.aliases, ()).feeds[0].source_system == "EXCEL"
    assert recognise(sheet, RULES.aliases, (), {"roster": "NONATERO"}).feeds[0].source_system == "NONATERO"


def test_numbered_columns_of_one_thing_are_a_group(tmp_path):
    headers = ["SND", "PETUGAS", "Layanan", "TANGGAL", "STATUS CARING 1", "Status_Caring_2", "VOC 2", "NO HP 2"]
    found = recognised(tmp_path, headers)
    (feed,) = found.feeds
    assert feed.groups == {"status_raw": {1: 4, 2: 5}, "reason_raw": {2: 6}}
    assert "called_at" in feed.positions
    assert [i.detail for i in found.issues if i.code == "UNKNOWN_HEADERS"] == ["NO HP 2"]


def test_numbered_columns_that_are_passed_over_are_listed(tmp_path):
    headers = ["SND", "PETUGAS", "Layanan", "TANGGAL", "STATUS CARING", "STATUS CARING 1", "VOC 1", "REASON 1"]
    found = recognised(tmp_path, headers)
    (feed,) = found.feeds
    assert feed.groups == {"status_raw": {1: 5}, "reason_raw": {1: 7}}
    assert [(i.code, i.detail) for i in found.issues] == [("HEADER_UNUSED", "status caring, voc 1")]


def test_bills_by_month_are_passed_over_where_their_number_is_given(tmp_path):
    found = recognised(tmp_path, [*ORDER, "bill_n0"])
    assert [(i.code, i.detail) for i in found.issues] == [("HEADER_UNUSED", "bill n0")]


def test_headers_that_are_known_and_wanted_by_no_table_are_not_unknown(tmp_path):
    found = recognised(tmp_path, [*TAMARA, "ALAMAT", "E-mail", "kode", "alasan", "baris", "kolom rahasia"])
    assert [i.detail for i in found.issues if i.code == "UNKNOWN_HEADERS"] == ["E-mail, kolom rahasia"]


def test_a_result_needs_one_of_the_words_that_it_is_told_from(tmp_path):
    needed = ["tgl", "login", "fastel", "jenis"]
    assert tables_of(recognised(tmp_path, [*needed, "reason"])) == ["calls"]
    assert recognised(tmp_path, needed).nearest == ("calls", ("result_code",))


def test_a_file_that_lacks_one_or_two_columns_names_them(tmp_path):
    found = recognised(tmp_path, [name for name in TAMARA if name not in ("login", "jenis")])
    assert found.feeds == ()
    assert found.nearest == ("calls", ("agent_id", "segment"))


def test_a_file_of_another_world_is_not_recognised(tmp_path):
    found = recognised(tmp_path, ["call_date", "contact", "duration", "y"])
    assert (found.feeds, found.nearest) == ((), None)
    assert [(i.code, i.severity, i.count, i.detail) for i in found.issues] == [("NOT_RECOGNISED", Severity.WARN, 1, "")]


def test_no_shipped_alias_is_ambiguous_within_a_table_and_system():
    for table, columns in RULES.aliases.names.items():
        for system in ("", "TAMARA", "NONATERO", "EXCEL"):
            names = [name for ranked in columns.values() for name, of in ranked if of in ("", system)]
            assert sorted(names) == sorted(set(names)), table


def test_every_table_knows_the_shared_aliases():
    for columns in RULES.aliases.names.values():
        for column in SEEN_IN_EVERY_TABLE & columns.keys():
            assert len(columns[column]) > 2


def test_a_header_of_one_system_tells_where_a_file_comes_from(tmp_path):
    content = {"roster": {"person_id": ["nik", {"NONATERO": ["agen"], "TAMARA": ["petugas"]}]}}
    aliases = read_aliases(content, "header_aliases.yml")
    for header, system in (("nik", "EXCEL"), ("agen", "NONATERO"), ("petugas", "TAMARA")):
        (feed,) = recognised(tmp_path, [header, "role", "valid_from"], aliases).feeds
        assert feed.source_system == system


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"cals": {}}, "unknown table 'cals'. Did you mean 'calls'?"),
        ({"calls": {"called": ["tgl"]}}, "calls: unknown column 'called'. Did you mean 'called_at'?"),
        ({"calls": {"called_at": "tgl"}}, "calls.called_at: expected a list of names in brackets"),
        ({"calls": {"called_at": [{"TAMRA": ["tgl"]}]}}, "unknown source system 'TAMRA'. Did you mean 'TAMARA'?"),
    ],
)
def test_a_mistake_in_the_alias_file_is_named(content, message):
    with pytest.raises(ParameterError) as problem:
        read_aliases(content, "header_aliases.yml")
    assert message in str(problem.value)


def test_a_mapping_applies_to_a_file_with_all_its_headers(tmp_path):
    mapping = read_mapping("bank", BANK)
    (feed,) = recognised(tmp_path, ["Call Date", "contact", "duration", "y"], mappings=[mapping]).feeds
    assert feed.positions == {"called_at": 0, "talk_sec": 2, "result_code": 3}
    assert feed.mapping is mapping
    assert recognised(tmp_path, ["call_date", "contact", "y"], mappings=[mapping]).feeds == ()


def test_of_two_mappings_that_fit_the_one_that_names_more_headers_applies(tmp_path):
    small = read_mapping("small", {**BANK, "columns": {"called_at": "call_date", "result_code": "y"}})
    large = read_mapping("large", BANK)
    (feed,) = recognised(tmp_path, ["call_date", "duration", "y"], mappings=[small, large]).feeds
    assert feed.mapping is large
    with pytest.raises(ParameterError, match="mappings large and bank fit it equally"):
        recognised(tmp_path, ["call_date", "duration", "y"], mappings=[small, large, read_mapping("bank", BANK)])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colums": {}}, "unknown key 'colums'. Did you mean 'columns'?"),
        ({"table": "call"}, "unknown table 'call'. Did you mean 'calls'?"),
        ({"columns": {"caled_at": "x"}}, "unknown column of calls 'caled_at'. Did you mean 'called_at'?"),
        ({"constants": {"segment": "CT0"}}, "agent_id of calls has no source"),
        ({"attempt_id": "number"}, "attempt_id: input should be 'row_number'"),
        ({"absent_by_design": ["agent"]}, "unknown word in absent_by_design 'agent'. Did you mean 'agents'?"),
        ({"columns": {}}, "columns: dictionary should have at least 1 item"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(change, message):
    with pytest.raises(ParameterError) as problem:
        read_mapping("bank", {**BANK, **change})
    assert str(problem.value).startswith("mappings/bank.yml: ")
    assert message in str(problem.value)


def test_the_mapping_of_the_bank_is_shipped():
    assert "bank_marketing" in [mapping.name for mapping in RULES.mappings]
