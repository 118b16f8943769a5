"""What each leader is to do today: the lists, and the restricted files they stand in."""

from __future__ import annotations

import datetime as dt
import shutil
import stat
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from caringmon.actions import _outside, write_actions
from caringmon.analysis.action_lists import ACTION_COLUMNS, ActionDays, action_lists
from caringmon.analysis.day_counts import DayRules
from caringmon.analysis.entities import superiors_on
from caringmon.analysis.rule_counts import RuleDays
from caringmon.cli import main
from caringmon.errors import UsageError
from caringmon.model.claims import PromiseRules
from caringmon.model.codes import UNMAPPED_ENTITY
from caringmon.model.findings import Findings
from caringmon.report.actions import ActionList, action_bytes
from tests import golden
from tests.conftest import DAY
from tests.test_rule_counts import at_clock
from tests.tiny import date

SHEETS = ["Batas CT-0", "Janji ingkar", "Belum tersentuh", "Return"]
FIRST_ROW = 5


def listed(con, day="2022-10-19") -> pd.DataFrame:
    days = ActionDays(DayRules(date(day), 3, PromiseRules()), RuleDays(date(day), PromiseRules(), 5, 2), 7)
    return action_lists(at_clock(con, golden.tables()).relations, days)


def rows(table: pd.DataFrame, name: str) -> list[tuple[object, ...]]:
    mine = table[table["list"] == name]
    columns = ["service_no", "agent_id", "amount", "reason", "detail", "due"]
    return list(mine[columns].itertuples(index=False, name=None))


def test_near_the_limit_are_the_services_whose_right_party_was_not_reached(connection):
    # SVC03 wrong number, SVC07 never reached, SVC09 a relative, SVC10 never called; the limit is the 20th.
    assert rows(listed(connection), "near_limit") == [
        (service, agent, 250_000, "no_contact", "", date("2022-10-20"))
        for service, agent in (("SVC03", "A1"), ("SVC07", "A2"), ("SVC09", "A2"), ("SVC10", "A2"))
    ]


def test_two_weeks_before_the_limit_nothing_is_near_it(connection):
    assert rows(listed(connection, "2022-10-05"), "near_limit") == []


def test_a_broken_promise_is_to_be_called_on_the_working_day_after_it_is_known(connection):
    # SVC05: promised for 14 October, 3 days of grace, 2 of the feed: known on the 19th, to be called on the 20th.
    assert rows(listed(connection), "broken") == [("SVC05", "A2", 250_000, "not_called", "", date("2022-10-20"))]


def test_what_was_never_called_is_due_seven_working_days_after_its_receipt(connection):
    # Received on Saturday 1 October: 3, 4, 5, 6, 7, 10, 11 October (the 8th is a holiday); 14 have begun by the 19th.
    assert rows(listed(connection), "untouched") == [("SVC10", "A2", 250_000, "never_called", "14", date("2022-10-11"))]


def test_an_open_return_is_due_two_working_days_after_the_verdict(connection):
    assert rows(listed(connection), "return") == [("SVC08", "A2", 250_000, "returned", "RC12", date("2022-10-11"))]


def one_list(**changes) -> ActionList:
    one = ("return", "CT0", "TL01", "0271123456", "A2", 250_000, "returned", "RC12", date("2022-10-11"))
    table = pd.DataFrame([one], columns=ACTION_COLUMNS)
    return ActionList(**{"leader": "TL01", "day": date("2022-10-19"), "today": date("2022-10-20"), "rows": table,
                         "lists": ("broken", "return"), **changes})  # fmt: skip


def sheets_of(tmp_path: Path, actions: ActionList, lang="id"):
    path = tmp_path / "list.xlsx"
    path.write_bytes(action_bytes(actions, lang))
    return load_workbook(path)


def test_a_row_has_number_agent_amount_reason_and_due_date_as_typed_cells(tmp_path):
    sheet = sheets_of(tmp_path, one_list())["Return"]
    cells = [sheet.cell(FIRST_ROW, column).value for column in range(1, 8)]
    assert cells[:3] == ["0271123456", "A2", 250_000]
    assert cells[3] == "Return: janji melewati batas cabut"
    assert cells[4:] == [dt.datetime(2022, 10, 11), "CT-0", "TL01"]
    assert sheet.cell(FIRST_ROW, 1).data_type == "s"


def test_a_list_without_rows_says_that_there_is_nothing_to_do(tmp_path):
    assert sheets_of(tmp_path, one_list())["Janji ingkar"]["A2"].value == "Tidak ada yang perlu dikerjakan."
    assert sheets_of(tmp_path, one_list(), "en")["Broken promises"]["A2"].value == "Nothing to do."


def test_a_list_that_cannot_be_made_says_what_is_missing(tmp_path):
    told = sheets_of(tmp_path, one_list(unknown={"broken": "missing:payments"}))["Janji ingkar"]["A2"].value
    assert told == "Daftar ini belum bisa dibuat: belum ada data pembayaran."


@pytest.fixture(scope="module")
def written(demo_workspace: Path, tmp_path_factory) -> Path:
    """Return a copy of the demo workspace with the action lists of its day."""
    workspace = tmp_path_factory.mktemp("actions")
    for folder in ("params", "store"):
        shutil.copytree(demo_workspace / folder, workspace / folder)
    assert main(["tindakan", "--workspace", str(workspace), "--date", DAY]) == 0
    return workspace


def files_of(workspace: Path) -> dict[str, Path]:
    folder = workspace / "outputs" / "tindakan" / "ALL" / DAY
    return {path.stem.removeprefix("tindakan_"): path for path in sorted(folder.iterdir())}


def counted(paths: dict[str, Path], sheet: str, column: int = 1) -> int:
    books = [load_workbook(path, read_only=True) for name, path in paths.items() if name.startswith("TL")]
    return sum(1 for book in books for row in book[sheet].iter_rows(FIRST_ROW, values_only=True) if row[column - 1])


def test_the_lists_hold_what_the_daily_report_counts(written: Path, demo_findings: Findings):
    paths = files_of(written)
    figures = demo_findings.tables["figures"].set_index("id")["value"]
    assert counted(paths, "Batas CT-0") == figures["CT0.near_limit.day"]
    assert counted(paths, "Belum tersentuh") == figures["CT0.K07.mtd"] + figures["PRANPC.K07.mtd"]
    waiting = demo_findings.tables["figures"].set_index("id")["numerator"]
    numbers = [load_workbook(path, read_only=True)["Janji ingkar"] for name, path in paths.items() if name[:2] == "TL"]
    due = [row for sheet in numbers for row in sheet.iter_rows(FIRST_ROW, values_only=True) if row[0]]
    late = [row for row in due if row[4].date() <= date(DAY) and "belum dihubungi" in row[3]]
    assert len(late) == waiting["CT0.broken_waiting.day"] + waiting["PRANPC.broken_waiting.day"]


def test_an_spv_has_the_rows_of_the_teams_and_alone_the_sheet_integritas(written: Path):
    paths = files_of(written)
    assert load_workbook(paths["TL01"], read_only=True).sheetnames == SHEETS
    spv = load_workbook(paths["SPV01"], read_only=True)
    assert spv.sheetnames == [*SHEETS, "Integritas"]
    teams = {row[6] for row in spv["Return"].iter_rows(FIRST_ROW, values_only=True) if row[0]}
    assert teams <= {"TL01", "TL02", "TL03"}


def test_only_the_owner_may_read_them(written: Path):
    assert {stat.S_IMODE(path.stat().st_mode) for path in files_of(written).values()} == {0o600}


def test_a_number_that_is_not_kept_any_more_stands_as_its_pseudonym(written: Path, tmp_path: Path):
    workspace = tmp_path / "aged"
    shutil.copytree(written, workspace)
    shutil.rmtree(workspace / "store" / "identity")
    (one,) = write_actions(workspace, date(DAY), "TL04")
    assert one.nameless == one.rows > 0


def test_the_same_list_gives_the_same_bytes():
    assert action_bytes(one_list(), "id") == action_bytes(one_list(), "id")


def test_an_unknown_leader_is_answered_with_the_known_ones(written: Path):
    with pytest.raises(UsageError, match=r"--tl TL99.*Known: TL01"):
        write_actions(written, date(DAY), "TL99")


def test_agents_without_a_leader_get_a_file_of_their_own_so_that_none_is_left_out():
    rows, suspects = pd.DataFrame({"team": ["TL01"]}), pd.DataFrame({"spv": [UNMAPPED_ENTITY, "SPV01"]})
    assert _outside(rows, suspects, ["TL01", "SPV01"]) == [UNMAPPED_ENTITY]


def test_everybody_has_the_leader_of_the_day():
    roster = golden.tables()["roster"]
    assert superiors_on(roster, "tl", date("2022-10-19"))["A1"] == "TL01"
