"""What a report may see: scenarios from raw files to evidence, in a month of a handful of rows."""

from __future__ import annotations

import pytest

from caringmon.errors import DataBlockedError
from caringmon.intake.pseudonyms import TEST_KEY, pseudonyms
from caringmon.params import report_parameters
from caringmon.pipeline import gather
from tests.exports import CALL, ORDER, TAMARA, TAP, load, new_workspace, tamara_csv, text_file

DAY = "2022-10-05"
ROSTER = ["person_id", "role", "reports_to", "valid_from"]
STAFF = text_file(ROSTER, ["A01", "AGENT", "TL1", "2022-01-03"], ["TL1", "TL", "SPV1", "2022-01-03"])
FIRST, SECOND, THIRD = "0211234567", "0212222222", "0213333333"
ON_MONDAY = {"fastel": FIRST}
ON_TUESDAY = {"id": "7002", "tgl": "04/10/2022 09:00:00", "fastel": SECOND, "status": "Not Contacted", "kategori": "",
              "reason": "RNA", "hasil_nego": "", "janji_bayar": ""}  # fmt: skip
ON_WEDNESDAY = {**ON_TUESDAY, "id": "7003", "tgl": "05/10/2022 10:00:00"}


def order(service, segment="CT-0", received="2022-10-01 08:00:00"):
    return ["2022-10", segment, service, "", "", "3", "300000", "4", "Solo", "", "", "A01", received]


def files(**more):
    """Return a workspace's files: three calls of Monday to Wednesday, their orders, a roster of one agent."""
    return {
        "Data CT0 2022-10-05.csv": tamara_csv(ON_MONDAY, ON_TUESDAY, ON_WEDNESDAY),
        "Order 2022-10-01.csv": text_file(ORDER, order(FIRST), order(SECOND)),
        "roster.csv": STAFF,
        **more,
    }


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def evidence(workspace, day=DAY):
    return gather(report_parameters("daily", ("tests", {"report_date": day})), workspace)


def found(evidence, *wanted):
    return [(i.code, i.file, i.row, i.count, i.detail) for i in evidence.issues if i.code in wanted]


def attempts(evidence, table="calls"):
    return evidence.tables[table]["attempt_id"].to_pylist()


def test_a_suppressed_service_leaves_all_reports_from_its_day_on_and_no_earlier_one(workspace):
    load(workspace, files())
    before = {day: evidence(workspace, day).evidence_id for day in ("2022-10-04", DAY)}
    (workspace / "params" / "suppression.csv").write_text(
        f"service_no,pseudonym,reason,from\n{SECOND},,DNC,2022-10-05\n"
    )
    assert evidence(workspace, "2022-10-04").evidence_id == before["2022-10-04"]
    later = evidence(workspace)
    assert attempts(later) == ["7001"]
    assert later.tables["assignments"]["service_no"].to_pylist() == pseudonyms("service", [FIRST], TEST_KEY)
    assert found(later, "SUPPRESSED") == [("SUPPRESSED", "", None, 1, "")]
    (counts,) = later.file_counts.to_dict("records")
    assert (counts["rows_read"], counts["suppressed"], counts["agree_rows"]) == (3, 2, 1)


def test_only_the_system_of_record_counts(workspace):
    other = tamara_csv({"id": "1", "tgl": "05/10/2022 08:00:00"})
    load(workspace, files(**{"N 2022-10-05.csv": other}))
    both = evidence(workspace)
    (workspace / "params" / "sources.yml").write_text("calls: NONATERO\n")
    assert len(attempts(both)) == 4
    with pytest.raises(DataBlockedError, match=r"SOURCE_OF_RECORD_MISSING: on 2022-10-05 NONATERO has no calls"):
        evidence(workspace)


def test_a_call_outside_the_orders_counts_and_is_named_by_file_and_row(workspace):
    stray = {**ON_WEDNESDAY, "id": "7004", "fastel": THIRD}
    load(workspace, files(**{"Data CT0 2022-10-05.csv": tamara_csv(ON_MONDAY, stray)}))
    seen = evidence(workspace)
    assert attempts(seen) == ["7001", "7004"]
    assert found(seen, "CALL_WITHOUT_ASSIGNMENT") == [("CALL_WITHOUT_ASSIGNMENT", "Data CT0 2022-10-05.csv", 3, 1, "")]


def test_a_service_whose_zero_excel_dropped_is_the_service_of_its_order(workspace):
    lost = {**ON_MONDAY, "fastel": FIRST.lstrip("0")}
    load(workspace, files(**{"Data CT0 2022-10-05.csv": tamara_csv(lost, ON_WEDNESDAY)}))
    seen = evidence(workspace)
    assert seen.tables["calls"]["service_no"].to_pylist()[0] == pseudonyms("service", [FIRST], TEST_KEY)[0]
    assert found(seen, "LEADING_ZERO_RECOVERED", "CALL_WITHOUT_ASSIGNMENT") == [
        ("LEADING_ZERO_RECOVERED", "Data CT0 2022-10-05.csv", 2, 1, "")
    ]


def test_a_service_listed_in_both_segments_is_warned_of(workspace):
    reissued = text_file(ORDER, order(FIRST, "PRA NPC", "2022-10-04 08:00:00"))
    load(workspace, files(**{"Order 2022-10-04.csv": reissued}))
    assert found(evidence(workspace), "SEGMENT_CHANGED") == [("SEGMENT_CHANGED", "", None, 1, "")]


def test_a_tap_by_the_caller_is_set_aside_and_the_agree_stays_pending(workspace):
    own = [
        "1",
        "7001",
        FIRST,
        "03/10/2022 08:15:30",
        "A01",
        "x",
        "2022-10-04 09:00:00",
        "Valid",
        "",
        "",
        "1",
        "",
        "",
        "",
    ]
    load(workspace, files(**{"Tapping 2022-10-04.csv": text_file(TAP, own)}))
    seen = evidence(workspace)
    assert seen.tables["qc"].num_rows == 0
    assert found(seen, "QC_INDEPENDENCE") == [("QC_INDEPENDENCE", "Tapping 2022-10-04.csv", 2, 1, "")]


def test_agents_outside_the_roster_stop_a_report_of_which_they_have_the_agrees(workspace):
    load(workspace, files(**{"Data CT0 2022-10-05.csv": tamara_csv({"login": "A77"}, ON_WEDNESDAY)}))
    with pytest.raises(DataBlockedError, match=r"AGENT_OUTSIDE_ROSTER: 1 of 1 agrees of 2022-10 .*A77.*roster\.xlsx"):
        evidence(workspace)


def test_what_later_exports_changed_is_counted_in_reports_whose_clock_has_passed_them(workspace):
    on_thursday = {**ON_WEDNESDAY, "id": "7005", "tgl": "06/10/2022 09:00:00"}
    later = tamara_csv({**ON_MONDAY, "durasi": "00:09:00"}, ON_WEDNESDAY, on_thursday)
    load(workspace, files(**{"Data CT0 2022-10-06.csv": later}))
    changes = [("VALUES_CHANGED", "Data CT0 2022-10-06.csv", None, 1, "talk_sec"),
               ("ROW_VANISHED", "Data CT0 2022-10-06.csv", None, 1, "")]  # fmt: skip
    assert found(evidence(workspace), "VALUES_CHANGED", "ROW_VANISHED") == []
    assert found(evidence(workspace, "2022-10-06"), "VALUES_CHANGED", "ROW_VANISHED") == changes


def test_verdicts_of_a_call_export_are_taps_up_to_the_clock(workspace):
    headers = [*TAMARA, "valid", "tgl_qco", "upd_qco"]
    judged = [CALL[name] for name in TAMARA]
    states = [[*judged, *state] for state in (("Not Valid", "", "Q1"), ("Valid", "06/10/2022 07:00:00", "Q1"))]
    load(workspace, files(**{"State 2022-10-05.csv": text_file(headers, states[0]),
                             "State 2022-10-07.csv": text_file(headers, states[1])}))  # fmt: skip
    assert evidence(workspace, "2022-10-04").tables["qc"].num_rows == 0
    assert evidence(workspace).tables["qc"]["status"].to_pylist() == ["VALID"]


def test_a_working_day_that_an_export_without_rows_covers_is_a_day_without_activity(workspace):
    load(workspace, files(**{"Data CT0 2022-10-06.csv": tamara_csv()}))
    assert "calls" not in evidence(workspace, "2022-10-06").missing
    with pytest.raises(DataBlockedError, match="no loaded file covers calls"):
        evidence(workspace, "2022-10-07")


def test_required_files_stop_a_report_and_optional_ones_do_not(workspace):
    load(workspace, {"roster.csv": STAFF})
    with pytest.raises(DataBlockedError, match="no loaded file covers calls, assignments"):
        evidence(workspace)
    load(workspace, files())
    assert evidence(workspace).missing == {"qc", "targets", "payments", "attendance"}


def test_a_table_that_the_workspace_says_it_never_gets_is_not_waited_for(workspace):
    load(workspace, files())
    before = evidence(workspace)
    (workspace / "params" / "settings.yml").write_text("absent_by_design: [payments, attendance]\n")
    after = evidence(workspace)
    assert (after.missing, after.absent) == ({"qc", "targets"}, {"payments", "attendance"})
    assert after.run_id != before.run_id
    load(workspace, {"bayar.csv": text_file(["service_no", "paid_at", "amount"], [FIRST, "2022-10-05", "5000"])})
    assert evidence(workspace, "2022-10-04").absent == {"payments", "attendance"}
    assert (evidence(workspace).absent, evidence(workspace).missing) == ({"attendance"}, {"qc", "targets"})
