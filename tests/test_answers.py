"""The commands `kpi` and `close` over the demo workspace: formats, mistakes, exit codes, what is frozen."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil

import pyarrow.parquet
import pytest

from caringmon.answers import close
from caringmon.cli import main
from caringmon.errors import DataBlockedError, RefusedError
from caringmon.store.closes import read_closes

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


def test_the_command_closes_nothing_before_the_month_is_named_as_one(demo_workspace, capsys):
    assert main(["close", "--workspace", str(demo_workspace), "--segment", "CT0", "--period", "2022-W42"]) == 2
    assert "a month is closed, written YYYY-MM" in capsys.readouterr().err
