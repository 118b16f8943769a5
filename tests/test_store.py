from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import stat

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caringmon.errors import DataBlockedError
from caringmon.model.codes import Severity
from caringmon.model.findings import Issue, Load
from caringmon.model.tables import TABLES
from caringmon.store import facts
from caringmon.store.files import write_whole
from caringmon.store.identities import IdentityStore, read_identities
from caringmon.store.restricted import keep_raw

CALLS = TABLES["calls"]
NOON = dt.datetime(2022, 10, 3, 12)


def calls(*rows, table=CALLS):
    """Return fact rows; what a row does not name is null, its source_row counts up from 2."""
    schema = table.arrow_schema
    return pa.Table.from_pylist(
        [{f.name: row.get(f.name) for f in schema} | {"source_row": n} for n, row in enumerate(rows, 2)], schema
    )


def load(load_id, exported_at=NOON, table="calls"):
    return Load(
        load_id=load_id,
        order=-1,
        table=table,
        digest="",
        source_file=f"{load_id}.csv",
        source_sha256=load_id,
        source_system="TAMARA",
        exported_at=exported_at,
        first_day=exported_at.date(),
        last_day=exported_at.date(),
        rows_read=1,
        rows_loaded=1,
        rows_quarantined=0,
        absent_by_design=("roster",),
    )


def current(connection, workspace, table=CALLS, loads=None):
    chosen = facts.read_loads(workspace) if loads is None else loads
    return facts.current_rows(connection, workspace, table, chosen).to_pyarrow().to_pylist()


def talk_by_attempt(connection, workspace, loads=None):
    return {row["attempt_id"]: row["talk_sec"] for row in current(connection, workspace, loads=loads)}


def test_an_empty_store_has_no_loads_and_no_rows(connection, tmp_path):
    assert facts.read_loads(tmp_path) == ()
    rows = facts.current_rows(connection, tmp_path, CALLS, ()).to_pyarrow()
    assert rows.num_rows == 0
    assert rows.schema.names == [*CALLS.arrow_schema.names, "load_id"]


def test_a_load_is_read_back_as_it_was_made(connection, tmp_path):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1", "called_at": NOON, "promise_date": NOON.date()}))
    (record,) = facts.read_loads(tmp_path)
    assert (record.order, record.exported_at, record.absent_by_design) == (0, NOON, ("roster",))
    (row,) = current(connection, tmp_path)
    assert (row["called_at"], row["promise_date"], row["load_id"], row["source_row"]) == (NOON, NOON.date(), "a", 2)


def test_rows_have_the_types_of_the_contract(connection, tmp_path):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1"}))
    facts.append(tmp_path, load("b"), calls({"attempt_id": "2"}))
    rows = facts.current_rows(connection, tmp_path, CALLS, facts.read_loads(tmp_path)).to_pyarrow()
    assert rows.select(CALLS.arrow_schema.names).schema == CALLS.arrow_schema


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_rows_of_two_loads_say_what_each_load_said(connection, tmp_path, table):
    samples = {pa.string(): "x", pa.timestamp("us"): NOON, pa.date32(): NOON.date(), pa.bool_(): True}
    row = {field.name: samples.get(field.type, 7) for field in table.arrow_schema if field.name != "source_row"}
    key = table.key[0][0]
    other = row | {key: {"x": "y", NOON: NOON.replace(year=2023), NOON.date(): dt.date(2023, 1, 1)}[row[key]]}
    for name, told in (("a", row), ("b", other)):
        facts.append(tmp_path, load(name, table=table.name), calls(told, table=table))
    found = sorted(current(connection, tmp_path, table), key=lambda found: found["load_id"])
    assert found == [told | {"source_row": 2, "load_id": name} for name, told in (("a", row), ("b", other))]


def test_a_snapshot_is_named_by_its_content_and_equal_rows_give_equal_bytes(tmp_path):
    for name in ("one", "two"):
        facts.append(tmp_path / name, load("a"), calls({"attempt_id": "1"}))
    images = []
    for name in ("one", "two"):
        (path,) = (tmp_path / name / "store" / "facts" / "calls").iterdir()
        assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
        assert path.stem == facts.read_loads(tmp_path / name)[0].digest
        images.append(path.read_bytes())
    assert images[0] == images[1]


def test_a_load_made_before_adds_nothing(connection, tmp_path):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1", "talk_sec": 10}))
    assert facts.append_all(tmp_path, [facts.NewLoad(load("a"), calls({"attempt_id": "1", "talk_sec": 99}))]) == ()
    assert talk_by_attempt(connection, tmp_path) == {"1": 10}


def test_the_latest_export_wins_then_the_later_load_then_the_last_row(connection, tmp_path):
    early = NOON - dt.timedelta(hours=1)
    facts.append(tmp_path, load("late"), calls({"attempt_id": "1", "talk_sec": 10}, {"attempt_id": "4", "talk_sec": 1}))
    facts.append(
        tmp_path,
        load("early", early),
        calls(*({"attempt_id": i, "talk_sec": 20} for i in "12"), {"attempt_id": "3", "talk_sec": 20}),
    )
    facts.append(
        tmp_path, load("again", early), calls({"attempt_id": "2", "talk_sec": 30}, {"attempt_id": "2", "talk_sec": 31})
    )
    assert talk_by_attempt(connection, tmp_path) == {"1": 10, "2": 31, "3": 20, "4": 1}


def test_only_the_loads_asked_for_are_seen(connection, tmp_path):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1", "talk_sec": 10}))
    facts.append(tmp_path, load("b"), calls({"attempt_id": "1", "talk_sec": 20}))
    assert talk_by_attempt(connection, tmp_path, facts.read_loads(tmp_path)[:1]) == {"1": 10}
    assert current(connection, tmp_path, TABLES["qc"]) == []


def test_a_key_alternative_applies_to_rows_that_fill_it(connection, tmp_path):
    qc = TABLES["qc"]
    tap = {"attempt_id": "7", "round": 1, "status": "RETURN"}
    facts.append(tmp_path, load("a", table="qc"), calls(tap, tap | {"validation_id": "v1"}, table=qc))
    later = NOON + dt.timedelta(hours=1)
    facts.append(
        tmp_path,
        load("b", later, table="qc"),
        calls(tap | {"status": "VALID"}, tap | {"validation_id": "v2"}, table=qc),
    )
    found = {(row["validation_id"], row["status"]) for row in current(connection, tmp_path, qc)}
    assert found == {(None, "VALID"), ("v1", "RETURN"), ("v2", "RETURN")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(5)))
def test_the_order_of_loading_does_not_matter_where_export_times_differ(order, tmp_path_factory):
    workspace = tmp_path_factory.mktemp("store")
    for number in order:
        rows = [{"attempt_id": str(key), "talk_sec": number} for key in range(number, 5)]
        facts.append(workspace, load(f"file{number}", NOON + dt.timedelta(hours=number)), calls(*rows))
    with facts.connection() as con:
        assert talk_by_attempt(con, workspace) == {str(key): key for key in range(5)}


def test_all_loads_of_a_file_become_visible_at_once_or_not_at_all(tmp_path, monkeypatch):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1"}))

    def cut_off(path, content, **_):
        if path.name == "current.json":
            raise OSError("no space left")
        write_whole(path, content)

    monkeypatch.setattr(facts, "write_whole", cut_off)
    both = [facts.NewLoad(load("b"), calls({"attempt_id": "2"})), facts.NewLoad(load("c"), calls({"attempt_id": "3"}))]
    with pytest.raises(OSError, match="no space"):
        facts.append_all(tmp_path, both)
    assert [record.load_id for record in facts.read_loads(tmp_path)] == ["a"]
    monkeypatch.undo()
    facts.append_all(tmp_path, both)
    assert [(record.load_id, record.order) for record in facts.read_loads(tmp_path)] == [("a", 0), ("b", 1), ("c", 2)]


def test_issues_come_back_with_the_loads_asked_for(tmp_path):
    found = Issue(
        "ZERO_DATE", Severity.INFO, table="calls", file="a.csv", row=2, line=3, count=4, detail="promise_date"
    )
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1"}), [found])
    facts.append(tmp_path, load("b"), calls({"attempt_id": "2"}))
    loads = facts.read_loads(tmp_path)
    assert facts.read_issues(tmp_path, loads) == (found,)
    assert facts.read_issues(tmp_path, loads[1:]) == ()


def test_a_connection_lives_in_the_time_of_the_data_asks_no_network_and_is_closed():
    with facts.connection() as con:
        settings_in_force = con.raw_sql(
            "SELECT current_setting('TimeZone'), current_setting('autoinstall_known_extensions'), "
            "current_setting('autoload_known_extensions')"
        ).fetchall()
        assert settings_in_force == [("Asia/Jakarta", False, False)]
    with pytest.raises(Exception, match="closed"):
        con.raw_sql("SELECT 1")


def test_a_connection_is_closed_when_its_block_fails():
    with pytest.raises(ZeroDivisionError), facts.connection() as con:
        raise ZeroDivisionError
    assert isinstance(con, ibis.BaseBackend)
    with pytest.raises(Exception, match="closed"):
        con.raw_sql("SELECT 1")


# Identities and restricted files


def people(*rows):
    return pa.Table.from_pylist(
        [dict(zip(("kind", "pseudonym", "clear"), row, strict=True)) for row in rows],
        pa.schema([("kind", pa.string()), ("pseudonym", pa.string()), ("clear", pa.string())]),
    )


def test_identities_are_kept_per_load_for_their_owner_alone(tmp_path):
    store = IdentityStore(tmp_path)
    store.save("a", people(("service", "AAAA", "021"), ("agent_name", "A01", "Dimas")))
    store.save("b", people(("service", "AAAA", "021"), ("agent_name", "A01", "Dimas L.")))
    assert read_identities(tmp_path).num_rows == 4
    (path, _) = sorted((tmp_path / "store" / "identity").iterdir())
    assert (path.stem, stat.S_IMODE(path.stat().st_mode)) == ("a", 0o600)


@pytest.mark.parametrize("known", ["stored", "saved before", "in the same load"])
def test_two_clear_ids_under_one_pseudonym_are_refused_and_nothing_is_written(tmp_path, known):
    first, second = people(("service", "AAAA", "021")), people(("service", "AAAA", "022"), ("service", "BBBB", "08"))
    store = IdentityStore(tmp_path)
    if known == "in the same load":
        second = pa.concat_tables([first, second])
    else:
        store.save("a", first)
    if known == "stored":
        store = IdentityStore(tmp_path)
    with pytest.raises(DataBlockedError, match="PSEUDONYM_COLLISION: 1 ids"):
        store.save("c", second)
    assert not (tmp_path / "store" / "identity" / "c.parquet").exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "list.json"
    write_whole(path, b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("cut off")))
    with pytest.raises(OSError, match="cut off"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_raw_copy_is_named_by_its_hash_and_written_once(tmp_path):
    path = keep_raw(tmp_path, "abc", b"content")
    stamp = path.stat().st_mtime_ns
    assert keep_raw(tmp_path, "abc", b"content") == path
    assert (path.name, path.stat().st_mtime_ns, stat.S_IMODE(path.stat().st_mode)) == ("abc", stamp, 0o600)


def test_the_list_of_loads_holds_no_clock_and_no_path(tmp_path):
    facts.append(tmp_path, load("a"), calls({"attempt_id": "1"}))
    text = (tmp_path / "store" / "current.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert json.loads(text)[0]["source_file"] == "a.csv"


def test_another_reading_of_a_file_takes_the_place_of_the_earlier_one(connection, tmp_path):
    """Read by other rules: no double rows, and the rank among exports of one time stays that of the file."""
    first = dataclasses.replace(load("a1"), source_sha256="a")
    facts.append(tmp_path, first, calls({"attempt_id": "1", "talk_sec": 10}, {"attempt_id": "2", "talk_sec": 10}))
    facts.append(tmp_path, load("b"), calls({"attempt_id": "1", "talk_sec": 20}))
    anew = [
        facts.NewLoad(dataclasses.replace(load("a2"), source_sha256="a"), calls({"attempt_id": "1", "talk_sec": 30})),
        facts.NewLoad(
            dataclasses.replace(load("q", table="qc"), source_sha256="a"),
            calls({"validation_id": "v", "tapped_at": NOON}, table=TABLES["qc"]),
        ),
    ]
    facts.append_all(tmp_path, anew, {"a1"})
    assert [(one.load_id, one.order) for one in facts.read_loads(tmp_path)] == [("a2", 0), ("q", 1), ("b", 2)]
    assert talk_by_attempt(connection, tmp_path) == {"1": 20}
