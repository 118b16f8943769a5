from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from caringmon.errors import ParameterError
from caringmon.intake import amounts, dates
from caringmon.intake.cells import cells_of, read_codes, read_prose, read_text
from caringmon.intake.phones import read_phones
from caringmon.intake.results import ResultWords
from caringmon.intake.sheets import RawColumn
from caringmon.intake.words import read_criteria, read_listed, read_segments, read_word_list, read_words
from caringmon.model.codes import RESULT_CODES
from caringmon.model.tables import ASSIGNMENTS, ATTENDANCE, CALLS, PAYMENT_STATES, QC, QC_STATES, ROSTER, TARGETS
from tests.exports import instant, shipped_rules

RESULTS = shipped_rules().vocabulary.results
REASONS = shipped_rules().vocabulary.qc_reasons


def values(reader, *raw):
    return reader(cells_of(raw)).values.to_pylist()


def unreadable(reader, *raw):
    return [value for value, bad in zip(raw, reader(cells_of(raw)).unreadable, strict=True) if bad]


def changed(reader, *raw):
    cells = cells_of(raw)
    reading = reader(cells)
    found = {**cells.changes, **reading.changes, **reading.blocks}
    return {code: int(mask.sum()) for code, mask in found.items() if mask.any()}


# Text and ids


def test_text_is_composed_stripped_and_freed_from_no_break_spaces():
    assert values(read_text, " Rina\u00a0 ", "Contacted&nbsp;", "Jose\u0301") == ["Rina", "Contacted", "José"]
    assert changed(read_text, " Rina ", "Contacted&nbsp;", "x\u00a0") == {"NBSP_REMOVED": 2}


@pytest.mark.parametrize("blank", ["", "  ", "-", "NULL", "NaN", "none", "N/A", "&nbsp;"])
def test_words_for_nothing_are_nothing(blank):
    assert values(read_text, blank) == [None]
    assert unreadable(dates.read_dates, blank) == []


def test_an_error_of_a_formula_is_empty_and_counted():
    assert values(amounts.read_rupiah, "#N/A", "5") == [None, 5]
    assert changed(amounts.read_rupiah, "#N/A", "#REF!", "5") == {"CELL_ERROR": 2}


@pytest.mark.parametrize("error", ["#DIV/0!", "#NAME?", "#NILAI!", "########"])
def test_whatever_excel_shows_instead_of_a_value_is_its_error(error):
    assert changed(read_codes, error) == {"CELL_ERROR": 1}
    assert values(read_codes, "#1 Jaya") == ["#1 Jaya"]


def test_an_id_or_a_name_of_zero_is_nothing():
    assert values(read_codes, "0", "000", 0.0, "007") == [None, None, None, "007"]
    assert values(read_prose, "0", "10", "-") == [None, "10", None]


@pytest.mark.parametrize(
    "written",
    ["081234567890", "6281234567890", "+62 812-3456-7890", "81234567890", 81234567890.0, "0062 812 3456 7890",
     "(0812) 3456 7890", "081234567890; 085711112222", "081234567890/085711112222", "0812 3456 7890\n0857 1111 2222"],
)  # fmt: skip
def test_one_phone_has_one_form_and_the_first_of_several_is_the_one_dialled(written):
    assert values(read_phones, written) == ["081234567890"]


def test_phones_in_other_forms_are_counted_never_warned_of():
    raw = ["081234567890", "81234567890", "081234567890 | 085711112222"]
    assert changed(read_phones, *raw) == {"PHONES_SEVERAL": 1, "PHONE_REWRITTEN": 1}


def test_a_landline_keeps_its_area_code_and_what_is_no_number_is_unreadable():
    assert values(read_phones, "(021) 555-1234", "021/5551234;0812345", "62215551234") == ["0215551234"] * 3
    assert unreadable(read_phones, "tidak ada", "0812*****890", "", "0") == ["tidak ada", "0812*****890"]


def test_ids_keep_their_leading_zeros():
    assert values(read_codes, "0211234567", "'0211234567", '="021"', "A01") == [
        "0211234567",
        "0211234567",
        "021",
        "A01",
    ]


def test_a_number_of_a_workbook_becomes_its_digits():
    assert values(read_codes, 131234567890.0, 7, "131234567890.0") == ["131234567890", "7", "131234567890"]
    assert changed(read_codes, 131234567890.0, 7) == {"ID_FROM_NUMBER": 2}


@pytest.mark.parametrize("lost", ["1.31E+11", "1,31166E+11", "2e+12", 1e15, 1.3e20])
def test_an_id_that_lost_digits_blocks(lost):
    assert changed(read_codes, lost)["ID_PRECISION"] == 1
    assert values(read_codes, lost) == [None]


def test_a_code_that_only_resembles_a_number_is_kept():
    assert values(read_codes, "1E5", "12E", "E12") == ["1E5", "12E", "E12"]
    assert changed(read_codes, 999_999_999_999_999.0) == {"ID_FROM_NUMBER": 1}


# Dates


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("03/10/2022 08:15:30", "2022-10-03 08:15:30"),
        ("3/10/2022 8:15", "2022-10-03 08:15"),
        ("03-10-2022 08.15.30", "2022-10-03 08:15:30"),
        ("03.10.22", "2022-10-03"),
        ("2022-10-03 08:15:30", "2022-10-03 08:15:30"),
        ("2022-10-03T08:15:30.250", "2022-10-03 08:15:30.250"),
        ("2022/10/3", "2022-10-03"),
        ("3 Oktober 2022", "2022-10-03"),
        ("3-Okt-22 08:15", "2022-10-03 08:15"),
        ("17 Agt 2022", "2022-08-17"),
        ("20221003081530", "2022-10-03 08:15:30"),
        ("20221003", "2022-10-03"),
        ("44837", "2022-10-03"),
        (44837.5, "2022-10-03 12:00"),
        (dt.date(2022, 10, 3), "2022-10-03"),
        (dt.datetime(2022, 10, 3, 8, 15), "2022-10-03 08:15"),
    ],
)
def test_dates_of_the_field_are_read(raw, expected):
    assert values(dates.read_instants, raw) == [instant(expected)]
    assert values(dates.read_dates, raw) == [instant(expected).date()]


@pytest.mark.parametrize(
    ("raw", "wib"),
    [
        ("2022-10-03T23:30:00Z", "2022-10-04 06:30"),
        ("2022-10-03 23:30:00+00:00", "2022-10-04 06:30"),
        ("2022-10-03 20:30:00 WIT", "2022-10-03 18:30"),
        ("2022-10-03 08:30:00+0700", "2022-10-03 08:30"),
    ],
)
def test_an_offset_is_converted_to_wib(raw, wib):
    assert values(dates.read_instants, raw) == [instant(wib)]
    assert ("ZONE_CONVERTED" in changed(dates.read_instants, raw)) is ("08:30" not in raw)


@pytest.mark.parametrize(
    "zero",
    ["0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "0", 0, dt.date(1899, 12, 30), "30/12/1899", "1899-12-31"],
)
def test_a_zero_date_is_none_and_counted(zero):
    assert values(dates.read_dates, zero, "2022-10-03") == [None, dt.date(2022, 10, 3)]
    assert unreadable(dates.read_dates, zero) == []
    assert changed(dates.read_dates, zero) == {"ZERO_DATE": 1}


@pytest.mark.parametrize(
    "wrong", ["31/02/2022", "2022-13-01", "besok", "03/10/2022 25:00", "12345", 12.5, True, "0022-10-03"]
)
def test_what_is_no_date_is_unreadable(wrong):
    assert unreadable(dates.read_instants, wrong) == [wrong]


def test_a_column_is_day_first_unless_it_can_only_be_month_first():
    assert values(dates.read_dates, "03/10/2022") == [dt.date(2022, 10, 3)]
    assert values(dates.read_dates, "10/03/2022", "10/18/2022") == [dt.date(2022, 10, 3), dt.date(2022, 10, 18)]
    assert changed(dates.read_dates, "10/03/2022", "10/18/2022") == {"DATES_MONTH_FIRST": 2}


def test_a_column_that_is_both_blocks():
    assert changed(dates.read_dates, "18/10/2022", "10/18/2022", "03/10/2022")["DATES_MIXED"] == 2


def test_an_instant_without_a_time_is_counted():
    assert changed(dates.read_instants, "03/10/2022", "03/10/2022 00:00:00") == {"NO_TIME_OF_DAY": 1}


@pytest.mark.parametrize(
    "raw", ["2022-10", "202210", 202210.0, "10/2022", "Oktober 2022", "Okt-22", "2022-10-18", dt.date(2022, 10, 1)]
)
def test_months_of_the_field_are_read(raw):
    assert values(dates.read_months, raw) == ["2022-10"]


def test_what_is_no_month_is_unreadable():
    assert unreadable(dates.read_months, "2022-13", "Bulan lalu", "2022") == ["2022-13", "Bulan lalu", "2022"]


# Amounts


@pytest.mark.parametrize(
    "raw",
    [
        "Rp 1.234.567,00",
        "1,234,567",
        1234567.0,
        "1234567.0",
        "1.234.567",
        "Rp1.234.567,-",
        "IDR 1234567",
        " 1 234 567 ",
    ],
)
def test_amounts_of_the_field_are_whole_rupiah(raw):
    assert values(amounts.read_rupiah, raw) == [1_234_567]


def test_an_ambiguous_amount_follows_the_rest_of_its_column():
    assert values(amounts.read_numbers, "1.234", "2.345.678") == [1234, 2_345_678]
    assert values(amounts.read_numbers, "1,234", "2,345,678") == [1234, 2_345_678]
    assert values(amounts.read_numbers, "1,234", "0,5") == [1.234, 0.5]
    assert "AMOUNTS_AMBIGUOUS" not in changed(amounts.read_numbers, "1.234", "2.345.678")


def test_where_the_column_does_not_tell_the_reading_is_indonesian_and_warned_of():
    assert values(amounts.read_rupiah, "1.234", "500") == [1234, 500]
    assert values(amounts.read_rupiah, "1,234") == [1234]
    assert values(amounts.read_numbers, "1.234") == [1234]
    assert values(amounts.read_numbers, "1,234") == [1.234]
    assert changed(amounts.read_rupiah, "1.234", "500") == {"AMOUNTS_AMBIGUOUS": 1}


def test_amounts_that_tell_each_for_itself_are_read_each_for_itself():
    assert values(amounts.read_rupiah, "Rp 1.234.567,00", "1,234,567", 1234567.0) == [1_234_567] * 3
    assert changed(amounts.read_rupiah, "Rp 1.234.567,00", "1,234,567") == {"AMOUNTS_MIXED": 2}


def test_cents_are_rounded_and_counted():
    assert values(amounts.read_rupiah, "1.234,50", "99.4") == [1234, 99]
    assert changed(amounts.read_rupiah, "1.000.000,50")["ROUNDED"] == 1
    assert values(amounts.read_rupiah, "-1.000.000") == [-1_000_000]


@pytest.mark.parametrize("wrong", ["gratis", "1.23.456", "12,34,56", "1e5", True, dt.date(2022, 10, 1)])
def test_what_is_no_amount_is_unreadable(wrong):
    assert unreadable(amounts.read_rupiah, wrong) == [wrong]


def test_a_count_may_be_written_with_a_letter():
    assert values(amounts.read_counts, "2X", "3 x", "1", "x2") == [2, 3, 1, None]
    assert unreadable(amounts.read_counts, "2X", "x2") == ["x2"]


def test_percent_is_a_share():
    assert values(amounts.read_numbers, "85%", "87,5 %", 0.9) == [0.85, 0.875, 0.9]


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("00:02:31", 151),
        ("02:31", 151),
        ("30:05:00", 108_300),
        ("151", 151),
        (151.0, 151),
        ("0", 0),
        (151 / 86_400, 151),
        ("0,5", 43_200),
        (dt.time(0, 2, 31), 151),
        (dt.timedelta(hours=30, minutes=5), 108_300),
    ],
)
def test_durations_of_the_field_are_seconds(raw, seconds):
    assert values(amounts.read_seconds, raw) == [seconds]


@pytest.mark.parametrize("wrong", ["-5", "00:02:75", "lama", 1e12])
def test_what_is_no_duration_is_unreadable(wrong):
    assert unreadable(amounts.read_seconds, wrong) == [wrong]


@pytest.mark.parametrize(
    ("raw", "minutes"),
    [("08:30", 510), ("08:30:40", 511), ("480", 480), (480.0, 480), (510 / 1440, 510), (dt.time(8, 30), 510),
     (dt.timedelta(hours=8, minutes=30), 510), ("0", 0)],
)  # fmt: skip
def test_working_times_are_minutes_and_two_parts_are_hours_and_minutes(raw, minutes):
    assert values(amounts.read_minutes, raw) == [minutes]


@pytest.mark.parametrize("wrong", ["-5", "08:75", "pagi", 1e12])
def test_what_is_no_working_time_is_unreadable(wrong):
    assert unreadable(amounts.read_minutes, wrong) == [wrong]


# Words


def words_of(table, column):
    return lambda cells: read_words(cells, table.name, table.column(column))


@pytest.mark.parametrize(
    ("table", "column", "code", "words"),
    [
        (CALLS, "segment", "CT0", ["CT-0", "ct0", "CT 0", "CT_0"]),
        (CALLS, "segment", "PRANPC", ["PraNPC", "PRA_NPC", "PRA NPC", "pra-npc"]),
        (CALLS, "negotiation", "FULL", ["Akan Membayar Lunas", "FULL"]),
        (CALLS, "negotiation", "PDD6", ["PDD 6", "PDD6", "pdd-6"]),
        (CALLS, "input_type", "RECALL", ["Recall", "RECALL"]),
        (QC, "status", "VALID", ["Valid", "1", 1.0]),
        (QC, "status", "NOT_VALID", ["Not Valid", "NOT_VALID"]),
        (QC, "status", "RETURN", ["Return", "2", 2.0]),
        (ROSTER, "role", "TL", ["Team Leader", "tl"]),
        (TARGETS, "metric", "agree_rate", ["agree_rate", "Agree Rate"]),
        (TARGETS, "unit", "Rp", ["Rp", "rp"]),
        (TARGETS, "level", "TL", ["TL", "Team Leader"]),
        (PAYMENT_STATES, "paid", "PAID", ["PAID", "LUNAS", "LUNAS/PAID", "Sudah Bayar"]),
        (PAYMENT_STATES, "paid", "UNPAID", ["UNPAID", "BELUM BAYAR"]),
        (PAYMENT_STATES, "paid", "PAID_BY_20", ["<20", "< 20"]),
        (PAYMENT_STATES, "paid", "PAID_AFTER_20", [">20", "> 20"]),
        (ASSIGNMENTS, "status", "OPEN", ["0", 0.0, "Open"]),
        (ASSIGNMENTS, "status", "WORKED", ["1", 1.0, "done"]),
        (ASSIGNMENTS, "status", "RECALLED_BY_CLIENT", ["Recalled by client", "Ditarik"]),
        (ATTENDANCE, "status", "ALPA", ["Alpa", "Tanpa keterangan", "A"]),
        (QC_STATES, "verdict", "NOT_VALID", ["Not Valid", "TIDAK VALID"]),
        (QC_STATES, "data_condition", "RETURNED_TO_QCO", ["returned to qco"]),
    ],
)
def test_closed_lists_are_told_by_whole_words(table, column, code, words):
    assert set(values(words_of(table, column), *words)) == {code}


def test_a_word_of_no_list_is_unreadable_but_an_unknown_deal_is_another_one():
    assert unreadable(words_of(CALLS, "segment"), "CT-01", "PRANPC CHURN") == ["CT-01", "PRANPC CHURN"]
    assert unreadable(words_of(PAYMENT_STATES, "paid"), "20", "SUDAH PAID", "PAI") == ["20", "SUDAH PAID", "PAI"]
    assert unreadable(words_of(ASSIGNMENTS, "status"), "2", "Contacted") == ["2"]
    assert values(words_of(CALLS, "negotiation"), "bayar pakai kerbau", "") == ["OTHER", None]
    assert changed(words_of(CALLS, "negotiation"), "bayar pakai kerbau", "") == {"WORD_UNKNOWN": 1}


def test_a_zero_that_no_list_knows_is_nothing():
    for table, column in ((PAYMENT_STATES, "paid"), (QC_STATES, "verdict")):
        assert values(words_of(table, column), "0") == [None]
        assert unreadable(words_of(table, column), "0") == []


def test_known_words_of_rows_that_are_none_of_ours_are_no_mistakes():
    for table, column, code, words in (
        (CALLS, "segment", "OUT_OF_SCOPE", ["PSB", "Pasang Baru", "WINBACK", "Eksisting"]),
        (PAYMENT_STATES, "paid", "ZERO_BILLING", ["ZERO BILLING"]),
    ):
        reading = words_of(table, column)(cells_of(words))
        assert reading.skipped[code].all()
        assert not reading.unreadable.any()
        assert reading.values.null_count == len(words)


def test_a_listed_word_cut_off_by_its_column_is_told_if_only_one_begins_so():
    assert values(words_of(QC_STATES, "data_condition"), "returned to q", "returned to a") == [
        "RETURNED_TO_QCO",
        "RETURNED_TO_AGENT",
    ]
    assert unreadable(words_of(QC_STATES, "data_condition"), "returned to") == ["returned to"]


def test_the_segments_of_a_person_are_listed_in_one_way():
    for written in ("CT-0, PraNPC", "PRANPC|CT0", "ct0 dan pra npc", "semua"):
        assert values(read_segments, written) == ["CT0|PRANPC"]
    assert values(read_segments, "PRA-NPC", "") == ["PRANPC", None]
    assert unreadable(read_segments, "CT0, C3MR") == ["CT0, C3MR"]


def test_the_criteria_that_failed_are_found_in_a_text():
    assert values(read_criteria, "v05; V03 - nominal", "V10", "-") == ["V03|V05", "V10", None]
    assert unreadable(read_criteria, "salam kurang", "V13", "V05") == ["salam kurang", "V13"]


def test_reasons_of_qc_are_told_by_code_or_label():
    read = lambda cells: read_listed(cells, REASONS)  # noqa: E731
    assert values(read, "rc03", "Duplikat", "Salah input kategori", "") == ["RC03", "RC09", "RC08", None]
    assert unreadable(read, "entah") == ["entah"]


@pytest.mark.parametrize("code", [c for c in RESULT_CODES if c.code not in ("R01", "X00")], ids=lambda c: c.code)
def test_code_short_name_and_label_are_known_reasons(code):
    status = "Contacted" if code.contacted else "Not Contacted"
    for word in (code.code, code.short, code.label, code.label.upper()):
        assert RESULTS.result(status, "", word) == (code.code, False)


@pytest.mark.parametrize(
    ("status", "category", "reason", "code", "conflict"),
    [
        # Rule 1
        ("Contacted", "Agree", "", "R01", False),
        ("contacted recall", "AGREE", "JANJI BAYAR", "R01", False),
        ("TERHUBUNG", "Agree", "KENDALA KEUANGAN", "R01", False),
        ("Not Contacted", "Agree", "", "X00", False),
        (None, "Agree", "", "R01", False),
        # An agree word stands for the category only where there is no such column.
        ("Contacted", None, "JB", "R01", False),
        ("Contacted", None, "Customer - Janji Bayar", "R01", False),
        ("Contacted", None, "RESPONS OK", "X00", False),
        ("Contacted", "", "JANJI BAYAR", "X00", False),
        ("Contacted", "Follow Up", "JANJI BAYAR", "R02", False),
        # Rule 2
        ("Contacted", "Decline", "LUNAS/PAID", "R08", False),
        ("Not Contacted", "", "Ring no answer", "U01", False),
        ("Not Contacted", "", "NOMOR-MATI", "U03", False),
        ("Contacted", "Decline", "UNPAID", "R99", False),
        ("Contacted", None, "UNPAID", "X00", False),
        ("TIDAK TERHUBUNG", None, "NOMOR MATI", "U03", False),
        ("TIDAK TERHUBUNG", "Agree", "", "X00", False),
        ("NSC", None, "TIDAK RESPON", "U01", False),
        ("SC", "", "BERHENTI", "R06", False),
        # A list without reasons writes them as its status.
        ("RNA", None, None, "U01", False),
        ("SUDAH BERHENTI BERLANGGANAN", None, "-", "R07", False),
        ("JANJI BAYAR", None, None, "R01", False),
        ("RESPONS OK", None, None, "X00", False),
        ("RNA", "Agree", "", "U01", False),
        # Rule 3
        ("Contacted", "Follow Up", "", "R02", False),
        ("Contacted", "Decline", "entah", "R99", False),
        # Rule 4
        ("Follow Up Recall", "", "", "R02", False),
        ("Contacted", "", "-", "X00", False),
        ("Contacted", "", "0", "X00", False),
        ("Not Contacted", "", "NADA TULALIT", "X00", False),
        ("", "", "NULL", "X00", False),
        # A reason that contradicts the status wins.
        ("Not Contacted", "", "SALAH SAMBUNG", "C01", True),
        ("Contacted", "", "RNA", "U01", True),
        ("Follow Up Recall", "", "RNA", "U01", False),
    ],
)
def test_the_result_is_told_by_the_rules_in_their_order(status, category, reason, code, conflict):
    assert RESULTS.result(status, category, reason) == (code, conflict)


@pytest.mark.parametrize(
    "words",
    [("NO CARING", "", ""), ("", "Belum Caring", ""), ("Contacted", "", "NOT CARING"), ("ZERO BILLING", None, None)],
)
def test_not_having_called_is_no_attempt(words):
    assert RESULTS.result(*words) == (None, False)


def results_of(words=RESULTS, **columns):
    raw = {f"{name}_raw": RawColumn.of(cells) for name, cells in columns.items()}
    return words.results(raw, len(next(iter(columns.values())))).codes.to_pylist()


def test_a_word_cut_off_at_the_width_of_its_column_is_told_if_only_one_word_begins_so():
    contacted = ["Contacted", "Contacted"]
    assert results_of(status=contacted, reason=["KENDALA KEUAN", "BUSY"]) == ["R03", "U02"]
    assert results_of(status=contacted, reason=["KENDALA KEUAN", "SUDAH BERHENTI"])[0] == "X00"
    assert results_of(status=contacted, reason=["LAMBA", ""])[0] == "X00"
    assert results_of(status=["Not Contac", "Contacted"], reason=["", "RNA"], category=["Agree"] * 2)[0] == "X00"


def test_of_a_word_cut_off_that_begins_two_words_nothing_is_told():
    assert results_of(status=["Contacted"], reason=["SUDAH BE"]) == ["R07"]
    assert results_of(
        status=["Contacted"], reason=["TIDAK AD"], words=ResultWords({"tidak ada": "R99", "tidak adil": "R99"})
    ) == ["X00"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"code": "R03", "word": "BUSY"}, "line 3: 'busy' stands for U02 and R03"),
        ({"code": "R33", "word": "x"}, "line 3: unknown code 'R33'"),
        ({"code": "R03", "word": " "}, "line 3: expected code,word"),
    ],
)
def test_a_mistake_in_a_word_list_is_named(row, message):
    with pytest.raises(ParameterError, match=message):
        read_word_list([(2, {"code": "U02", "word": "BUSY"}), (3, row)], ["U02", "R03"], "result_codes.csv")


def test_words_are_told_the_same_in_any_order():
    words = ResultWords(dict(reversed(RESULTS.words.items())))
    assert results_of(words, status=["Contacted"], reason=["KENDALA KEUAN"]) == ["R03"]


def test_reading_keeps_the_place_of_every_value():
    raw = ["03/10/2022", "", "0000-00-00", "besok", dt.date(2022, 10, 4)]
    reading = dates.read_dates(cells_of(raw))
    assert reading.values.to_pylist() == [dt.date(2022, 10, 3), None, None, None, dt.date(2022, 10, 4)]
    assert np.flatnonzero(reading.unreadable).tolist() == [3]
    assert not math.isnan(amounts.read_numbers(cells_of(["1"])).values[0].as_py())
