"""What exported states say of verdicts and payments."""

from __future__ import annotations

import pytest

from caringmon.store import facts, states
from tests.exports import CALL, instant, load, new_workspace, text_file

HEADERS = [*CALL, "valid", "tgl_qco", "upd_qco", "data_condition", "tgl_tl"]
NEW = {**CALL, "valid": "Not Valid", "tgl_qco": "", "upd_qco": "Q1", "data_condition": "-", "tgl_tl": ""}
JUDGED = {"valid": "Valid", "tgl_qco": "05/10/2022 10:00:00"}
LIST = ["SND", "Periode", "STATUS BAYAR", "TOTAL TAGIHAN"]


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def calls(*rows):
    return text_file(HEADERS, *([{**NEW, **row}[name] for name in HEADERS] for row in rows))


def taps(workspace, log=states.tap_log):
    with facts.connection() as con:
        rows = log(con, workspace, facts.read_loads(workspace)).to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: (row.get("tapped_at") or row.get("paid_at"), row["load_id"]))


def verdicts(workspace):
    return [(tap["attempt_id"], tap["status"], str(tap["tapped_at"])) for tap in taps(workspace)]


def test_not_valid_without_a_date_is_pending_whoever_is_named(workspace):
    load(workspace, {"Data 2022-10-03.csv": calls({})})
    assert verdicts(workspace) == []


def test_a_return_overrides_the_word_beside_it_and_is_dated_by_the_export(workspace):
    load(workspace, {"Data 2022-10-03.csv": calls({"follow": "3"})})
    assert verdicts(workspace) == [("7001", "RETURN", "2022-10-03 23:59:59")]


def test_a_return_on_monday_and_valid_on_wednesday_are_two_taps(workspace):
    load(workspace, {"Data 2022-10-03.csv": calls({"follow": "3"}), "Data 2022-10-05.csv": calls(JUDGED)})
    assert verdicts(workspace) == [
        ("7001", "RETURN", "2022-10-03 23:59:59"),
        ("7001", "VALID", "2022-10-05 10:00:00"),
    ]


def test_exports_that_say_the_same_again_add_no_tap(workspace):
    load(workspace, {f"Data 2022-10-0{day}.csv": calls(JUDGED) for day in (5, 6, 7)})
    assert verdicts(workspace) == [("7001", "VALID", "2022-10-05 10:00:00")]


def test_the_order_in_which_exports_are_loaded_does_not_matter(workspace, tmp_path):
    files = {"Data 2022-10-03.csv": calls({}), "Data 2022-10-04.csv": calls({"follow": "3"}),
             "Data 2022-10-05.csv": calls(JUDGED)}  # fmt: skip
    other = tmp_path / "other"
    other.mkdir()
    backwards = new_workspace(other)
    load(workspace, files)
    for name in reversed(files):
        load(backwards, {name: files[name]})
    assert verdicts(backwards) == verdicts(workspace)
    assert [tap["history_incomplete"] for tap in taps(backwards)] == [False, False]


def test_a_verdict_taken_back_is_pending_again(workspace):
    load(workspace, {"Data 2022-10-05.csv": calls(JUDGED), "Data 2022-10-06.csv": calls({})})
    assert verdicts(workspace)[1:] == [("7001", "PENDING", "2022-10-06 23:59:59")]


@pytest.mark.parametrize(
    ("first", "incomplete", "returned"),
    [
        ({}, False, False),
        (JUDGED, True, False),
        ({**JUDGED, "data_condition": "returned to qco"}, True, True),
        ({"follow": "3"}, True, True),
    ],
)
def test_what_is_first_seen_judged_has_no_history_but_may_show_a_return(workspace, first, incomplete, returned):
    load(workspace, {"Data 2022-10-05.csv": calls(first), "Data 2022-10-06.csv": calls({**JUDGED, **first})})
    if not first:
        load(workspace, {"Data 2022-10-07.csv": calls(JUDGED)})
    tap = taps(workspace)[0]
    assert (tap["history_incomplete"], tap["returned_before"]) == (incomplete, returned)


def test_what_the_team_leader_answers_stands_with_the_return_it_answers(workspace):
    answered = {"follow": "3", "data_condition": "returned to qco", "tgl_tl": "04/10/2022 15:00:00"}
    load(workspace, {"Data 2022-10-03.csv": calls({"follow": "3"}), "Data 2022-10-04.csv": calls(answered)})
    (tap,) = taps(workspace)
    assert (tap["data_condition"], tap["tl_at"]) == ("RETURNED_TO_QCO", instant("2022-10-04 15:00:00"))


def test_a_tapping_log_knows_all_up_to_its_last_tap_and_states_only_what_came_later(workspace):
    log = text_file(["Call ID", "fastel", "Login QCO", "tanggal_tapping", "valid", "round"],
                    ["7001", "0211234567", "Q1", "2022-10-04 09:00:00", "Return", "1"])  # fmt: skip
    load(workspace, {"Tapping 2022-10-04.csv": log, "Data 2022-10-04.csv": calls({"follow": "3", "tgl_qco":
         "04/10/2022 09:00:00"}), "Data 2022-10-05.csv": calls(JUDGED)})  # fmt: skip
    assert verdicts(workspace) == [("7001", "RETURN", "2022-10-04 09:00:00"), ("7001", "VALID", "2022-10-05 10:00:00")]


def test_calls_without_an_id_are_the_same_in_states_and_calls(workspace):
    headers = [name for name in HEADERS if name != "id"]
    rows = [[{**NEW, **JUDGED}[name] for name in headers]]
    load(workspace, {"Data 2022-10-05.csv": text_file(headers, *rows)})
    with facts.connection() as con:
        calls_table = states.TABLES["calls"]
        (call,) = facts.current_rows(con, workspace, calls_table, facts.read_loads(workspace)).to_pyarrow().to_pylist()
    assert [tap["attempt_id"] for tap in taps(workspace)] == [call["attempt_id"]]


def payment(workspace):
    return [
        (str(row["paid_at"].date()), row["amount"], bool(row["is_reversal"]), bool(row["amount_imputed"]))
        for row in taps(workspace, states.payment_log)
    ]


def test_a_list_that_shows_a_bill_paid_is_a_payment_of_the_arrears_on_the_day_it_is_first_seen(workspace):
    unpaid, paid = (["0211234567", "2022-10", word, "300000"] for word in ("UNPAID", "PAID"))
    load(workspace, {f"List 2022-10-0{day}.csv": text_file(LIST, row)
                     for day, row in ((3, unpaid), (5, paid), (7, paid))})  # fmt: skip
    assert payment(workspace) == [("2022-10-05", 300_000, False, True)]


def test_a_bill_seen_unpaid_again_is_reversed(workspace):
    unpaid, paid = (["0211234567", "2022-10", word, "300000"] for word in ("BELUM BAYAR", "LUNAS"))
    load(workspace, {"List 2022-10-03.csv": text_file(LIST, paid), "List 2022-10-05.csv": text_file(LIST, unpaid)})
    assert payment(workspace) == [("2022-10-03", 300_000, False, True), ("2022-10-05", -300_000, True, True)]


def test_a_list_that_says_again_what_an_earlier_one_said_takes_the_change_between_them_back(workspace):
    """The third file is the first one byte for byte, and yet another export."""
    unpaid, paid = (text_file(LIST, ["0211234567", "2022-10", word, "300000"]) for word in ("UNPAID", "PAID"))
    load(workspace, {"List 2022-10-03.csv": unpaid, "List 2022-10-05.csv": paid, "List 2022-10-07.csv": unpaid})
    assert payment(workspace) == [("2022-10-05", 300_000, False, True), ("2022-10-07", -300_000, True, True)]
    assert load(workspace, {"Copy of List 2022-10-07.csv": unpaid})["Copy of List 2022-10-07.csv"].is_known


def test_a_service_of_a_payment_list_is_not_asked_for_its_state(workspace):
    paid = ["0211234567", "2022-10", "PAID", "300000"]
    named = text_file(["fastel", "Tanggal Pembayaran", "Jumlah Bayar"], ["0211234567", "02/10/2022", "250000"])
    load(workspace, {"List 2022-10-03.csv": text_file(LIST, paid), "Bayar 2022-10-03.csv": named})
    assert payment(workspace) == [("2022-10-02", 250_000, False, False)]
