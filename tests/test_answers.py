"""The commands `kpi` and `close` over the demo workspace: formats, mistakes, exit codes, what is frozen."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import shutil

import pyarrow.parquet
import pytest

from caringmon.answers import KpiQuery, close, kpi
from caringmon.cli import main
from caringmon.errors import DataBlockedError, RefusedError
from caringmon.params import report_parameters
from caringmon.pipeline import analyse, gather
from caringmon.store.closes import read_closes
from tests.exports import ORDER, load, new_workspace, tamara_csv, text_file
from tests.tiny import date

ASKED = ["--segment", "CT0", "--from", "2022-10-03", "--to", "2022-10-08", "--level", "site", "--kpi", "K17"]
FIELDS = ["kpi", "level", "entity", "segment", "from", "to", "value", "numerator", "denominator", "unit", "note"]
NOW = dt.datetime(2022, 11, 10, 9)


def printed(capsys, workspace, *words: str) -> str:
    assert main(["kpi", "--workspace", str(workspace), *ASKED, *words]) == 0
    return capsys.readouterr().out


def test_json_records_have_the_fields_of_the_interface_and_echo_the_days(demo_workspace, capsys):
    records = json.loads(printed(capsys, demo_workspace, "--kpi", "K51", "--format", "json"))
    assert [list(record) for record in records] == [FIELDS] * len(records)
    assert [record["kpi"] for record in records if record["value"] is None] == ["K51"]
    assert {(record["from"], record["to"], record["segment"]) for record in records} == {
        ("2022-10-03", "2022-10-08", "CT0")
    }


def test_one_kpi_brings_its_sub_ids(demo_workspace, capsys):
    records = json.loads(printed(capsys, demo_workspace, "--kpi", "K28", "--format", "json"))
    assert [record["kpi"] for record in records if record["kpi"].startswith("K28")] == [
        "K28", "K28.incl_late", "K28.by_amount"
    ]  # fmt: skip


def test_csv_and_table_tell_the_same_value(demo_workspace, capsys):
    rows = list(csv.DictReader(io.StringIO(printed(capsys, demo_workspace, "--format", "csv"))))
    assert list(rows[0]) == FIELDS
    line = next(line for line in printed(capsys, demo_workspace).splitlines() if line.startswith("K17 "))
    assert f" {rows[0]['value']} " in line


@pytest.mark.parametrize(("change", "said"), [
    (["--kpi", "K99"], "unknown KPI 'K99'"),
    (["--level", "squad"], "unknown word 'squad'"),
    (["--segment", "CT1"], "unknown word 'CT1'. Did you mean 'CT0'?"),
    (["--to", "2022-10-01"], "--from 2022-10-03 lies after --to 2022-10-01"),
    (["--from", "3 October"], "'3 October' is no date"),
])  # fmt: skip
def test_a_mistake_is_one_line_that_names_it(demo_workspace, capsys, change, said):
    assert main(["kpi", "--workspace", str(demo_workspace), *ASKED, *change]) == 2
    assert said in capsys.readouterr().err


def test_an_instant_with_an_offset_is_read_in_the_time_of_the_data(demo_workspace, capsys):
    in_utc = printed(capsys, demo_workspace, "--as-of", "2022-10-06T03:00+00:00")
    assert in_utc == printed(capsys, demo_workspace, "--as-of", "2022-10-06T10:00")
    assert in_utc != printed(capsys, demo_workspace)


@pytest.fixture
def workspace(demo_workspace, tmp_path):
    copy = tmp_path / "workspace"
    shutil.copytree(demo_workspace, copy, ignore=shutil.ignore_patterns("outputs", "inbox", "raw", "identity"))
    return copy


def test_a_month_is_closed_once_with_its_open_claims_named(workspace):
    with pytest.raises(DataBlockedError, match="QC is open until 2022-11-03 17:00"):
        close("CT0", "2022-10", workspace, accept_open=0, now=dt.datetime(2022, 11, 3, 16, 59), by="MGR01")
    with pytest.raises(DataBlockedError, match=r"\d+ claims were PENDING or RETURN_OPEN") as refused:
        close("CT0", "2022-10", workspace, accept_open=999_999, now=NOW, by="MGR01")
    still_open = int(str(refused.value).split(": ")[1].split()[0])
    record = close("CT0", "2022-10", workspace, accept_open=still_open, now=NOW, by="MGR01")
    assert read_closes(workspace) == (record,)
    assert (record.qc_cutoff_at, record.accepted_open) == (dt.datetime(2022, 11, 3, 17), still_open)
    frozen = workspace / "store" / "closes" / f"{record.kpi_snapshot_sha256}.parquet"
    values = pyarrow.parquet.read_table(frozen).to_pandas()
    assert set(values["level"]) == {"site", "spv", "tl", "agent", "witel"}
    claims = pyarrow.parquet.read_table(frozen.with_name(f"{record.claims_sha256}.parquet"))
    net = values[(values["kpi"] == "K17") & (values["level"] == "site")]["value"].item()
    assert sum(claims["counts_net"].to_pylist()) == net
    with pytest.raises(RefusedError, match="a month is closed once"):
        close("CT0", "2022-10", workspace, accept_open=still_open, now=NOW, by="MGR01")


ORDERS = [["2022-10", "CT-0", service, "", "", "3", "300000", "4", "Solo", "", "", "A01", "2022-10-01 08:00:00"]
          for service in ("0211234567", "0212222222")]  # fmt: skip
STAFF = [["A01", "AGENT", "TL1", "2022-01-03"], ["TL1", "TL", "SPV1", "2022-01-03"]]


@pytest.fixture
def two_pending(tmp_path):
    """Return a workspace with two agrees of October that nobody tapped."""
    workspace = new_workspace(tmp_path)
    load(workspace, {
        "Data CT0 2022-10-05.csv": tamara_csv({}, {"id": "7002", "fastel": "0212222222"}),
        "Order 2022-10-01.csv": text_file(ORDER, *ORDERS),
        "roster.csv": text_file(["person_id", "role", "reports_to", "valid_from"], *STAFF),
    })  # fmt: skip
    return workspace


def test_a_month_with_two_pending_closes_when_two_are_accepted(two_pending):
    # S56.
    for wrong in (0, 1, 3):
        with pytest.raises(DataBlockedError, match="2 claims were PENDING"):
            close("CT0", "2022-10", two_pending, accept_open=wrong, now=NOW, by="MGR01")
    assert close("CT0", "2022-10", two_pending, accept_open=2, now=NOW, by="MGR01").accepted_open == 2


def test_a_month_closed_late_is_the_month_at_its_cut_off(two_pending):
    # Suppressed on 8 November, after the cut-off of the 3rd and before the closing: the month does not move.
    (two_pending / "params" / "suppression.csv").write_text(
        "service_no,pseudonym,reason,from\n0212222222,,DNC,2022-11-08\n"
    )
    record = close("CT0", "2022-10", two_pending, accept_open=2, now=NOW, by="MGR01")
    folder = two_pending / "store" / "closes"
    values = pyarrow.parquet.read_table(folder / f"{record.kpi_snapshot_sha256}.parquet").to_pandas()
    site = values[values["level"] == "site"].set_index("kpi")["value"]
    assert (site["K01"], site["K13"], site["K17"]) == (2, 2, 2)
    # Of seven tables on 25 working days: orders and roster on all of them, calls on the 3rd.
    assert site["K56"] == (25 + 25 + 1) / (7 * 25)


def test_settings_hold_for_reports_and_answers_alike(two_pending):
    # 270,000 of 300,000 rupiah before the call: paid before it if nine tenths are enough.
    load(two_pending, {"Bayar 2022-10-05.csv": text_file(["service_no", "paid_at", "amount"],
                                                         ["0211234567", "2022-10-02", "270000"])})  # fmt: skip
    asked = KpiQuery("CT0", dt.date(2022, 10, 1), dt.date(2022, 10, 3), kpis=("K17",))
    asked_of_report = {"report_date": "2022-10-03", "segment": "CT0"}
    for tolerance, net in (("0.95", 2), ("0.9", 1)):
        (two_pending / "params" / "settings.yml").write_text(f"payments: {{tolerance: {tolerance}}}\n")
        findings = analyse(gather(report_parameters("daily", ("tests", asked_of_report)), two_pending))
        assert findings.figure("CT0", "K17", "mtd").value == net
        assert kpi(asked, two_pending)["value"][0] == net


def test_a_month_without_calls_is_not_closed(two_pending):
    with pytest.raises(DataBlockedError, match="no loaded file covers calls of the month"):
        close("CT0", "2022-11", two_pending, accept_open=0, now=dt.datetime(2022, 12, 10), by="MGR01")


def test_the_command_closes_nothing_before_the_month_is_named_as_one(demo_workspace, capsys):
    assert main(["close", "--workspace", str(demo_workspace), "--segment", "CT0", "--period", "2022-W42"]) == 2
    assert "a month is closed, written YYYY-MM" in capsys.readouterr().err


def test_the_gap_is_no_one_number_and_kpi_says_where_its_parts_are(demo_workspace):
    answer = kpi(KpiQuery("CT0", date("2022-10-01"), date("2022-10-18"), "site", ("K48",)), demo_workspace)
    assert math.isnan(answer["value"].item())
    assert answer["note"].item() == "several numbers: ask caringmon gap"
