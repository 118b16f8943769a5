"""`check --suggest`: what unknown headers and words may be, proposed as comments that a person accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from caringmon.cli import main
from caringmon.errors import ParameterError
from caringmon.proposals import Proposal, write_proposals
from caringmon.suggestions import suggest
from caringmon.vocabulary import ALIASES, QC_WORDS, RESULT_WORDS, read_rules
from tests.exports import CALL, TAP, load, new_workspace, stored, tamara_csv, text_file

NOT_REACHED = {"status": "Not Contacted", "kategori": ""}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return new_workspace(tmp_path)


def renamed(theirs: dict[str, str], *calls: dict[str, str]) -> bytes:
    """Return calls whose columns have other names: ours → theirs."""
    headers = [theirs.get(name, name) for name in CALL]
    rows = [{theirs.get(name, name): value for name, value in (CALL | call).items()} for call in calls]
    return tamara_csv(*rows, headers=headers)


def accept(workspace: Path, name: str, start: str) -> None:
    """Take the # away from the proposal that begins like this, as a person does."""
    path = workspace / "params" / name
    text = path.read_text(encoding="utf-8")
    assert text.count(f"#{start}") == 1
    path.write_text(text.replace(f"#{start}", start), encoding="utf-8")


def proposals(workspace: Path) -> dict[str, tuple[str, int]]:
    return {one.name: (one.guess, one.rows) for one in suggest(workspace)}


def test_a_refused_file_loads_once_its_header_is_accepted(workspace):
    content = renamed({"tgl": "Tanggal Call"}, {}, {"id": "7002"})
    assert "COLUMNS_MISSING" in load(workspace, {"a.csv": content})["a.csv"].refusal
    assert proposals(workspace) == {"Tanggal Call": ("calls.called_at, qc_states.called_at", 2)}
    assert load(workspace, {})["a.csv"].refused  # a proposal is no rule yet
    accept(workspace, ALIASES, '"Tanggal Call"')
    assert load(workspace, {})["a.csv"].rows_loaded == 2
    assert suggest(workspace) == []


def test_a_header_like_no_other_is_told_by_its_values_when_only_one_can_be_what_is_lacking(workspace):
    content = renamed({"tgl": "kapan", "durasi": "lama"}, {}, {"id": "7002"})
    load(workspace, {"a.csv": content})
    assert proposals(workspace) == {"kapan": ("calls.called_at, qc_states.called_at", 2)}


def test_two_headers_that_could_both_be_it_are_not_guessed(workspace):
    theirs = {"tgl": "kapan", "janji_bayar": "sampai"}
    load(workspace, {"a.csv": renamed(theirs, {})})
    assert proposals(workspace) == {}


def test_a_name_whose_values_are_of_another_kind_is_no_guess(workspace):
    """`durasi call` resembles the talk time, but dates are no seconds."""
    load(workspace, {"a.csv": renamed({"durasi": "Durasi Cal"}, {"durasi": "00:02:31"})})
    assert proposals(workspace) == {"Durasi Cal": ("calls.talk_sec", 1)}
    other = new_workspace(workspace / "other")
    load(other, {"a.csv": renamed({"durasi": "Durasi Cal"}, {"durasi": "selesai"})})
    assert proposals(other) == {}


def test_the_service_number_holds_in_every_table(workspace):
    load(workspace, {"a.csv": renamed({"fastel": "No Internett"}, {})})
    assert proposals(workspace) == {"No Internett": ("every_table.service_no", 1)}
    accept(workspace, ALIASES, '"No Internett"')
    assert load(workspace, {})["a.csv"].rows_loaded == 1


def test_an_unmapped_result_word_counts_once_its_proposal_is_accepted(workspace):
    rows = [{"id": str(n), "reason": "TIDAK DIANGKATT"} | NOT_REACHED for n in range(3)]
    load(workspace, {"a.csv": tamara_csv(*rows)})
    assert proposals(workspace) == {"TIDAK DIANGKATT": ("U01", 3)}
    accept(workspace, RESULT_WORDS, 'U01,"TIDAK DIANGKATT"')
    assert load(workspace, {})["a.csv"].is_anew
    assert [row["result_code"] for row in stored(workspace, "calls")] == ["U01"] * 3
    assert suggest(workspace) == []


def test_a_word_that_nothing_is_near_is_proposed_without_a_code_and_cannot_be_accepted_as_it_is(workspace):
    load(workspace, {"a.csv": tamara_csv({"reason": "ZZZ QQQ"} | NOT_REACHED)})
    assert proposals(workspace) == {"ZZZ QQQ": ("?", 1)}
    accept(workspace, RESULT_WORDS, '?,"ZZZ QQQ"')
    with pytest.raises(ParameterError, match=r"result_codes.csv line \d+: unknown code '\?'"):
        read_rules(workspace)


def test_an_unknown_reason_of_qc_is_proposed_for_its_list(workspace):
    row = ["1", "7001", "021", "03/10/2022 08:15:30", "QC1", "Budi", "03/10/2022 09:00:00", "Return",
           "persetujuan tdk jelas", "", "1", "9", "9", "9"]  # fmt: skip
    load(workspace, {"taps.csv": text_file(TAP, row)})
    assert [one.file for one in suggest(workspace)] == [QC_WORDS]
    accept(workspace, QC_WORDS, 'RC02,"persetujuan tdk jelas"')
    load(workspace, {})
    assert stored(workspace, "qc")[0]["reason_code"] == "RC02"


def test_nothing_that_looks_personal_is_written(workspace):
    reasons = ["hubungi 081234567890", "titip pesan ke ibu Tari yang tinggal di sebelah rumah kosong"]
    rows = [{"id": str(n), "reason": reason} | NOT_REACHED for n, reason in enumerate(reasons)]
    theirs = {"durasi": "durasi 0812 3456 7890"}
    load(workspace, {"a.csv": renamed(theirs, *rows)})
    before = {path: path.read_bytes() for path in (workspace / "params").rglob("*") if path.is_file()}
    assert suggest(workspace) == []
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(("words", "times", "proposed"), [(61, 2, 0), (60, 2, 60), (11, 1, 0), (10, 1, 10)])
def test_a_column_of_free_text_is_not_copied_into_a_word_list(workspace, words, times, proposed):
    """Many unknown words, or some of which hardly any recurs."""
    reasons = [f"kata {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(words)] * times
    rows = [{"id": str(n), "reason": reason} | NOT_REACHED for n, reason in enumerate(reasons)]
    load(workspace, {"a.csv": tamara_csv(*rows)})
    assert len(suggest(workspace)) == proposed


def test_a_rerun_proposes_nothing_twice_and_the_files_stay_readable(workspace):
    content = renamed({"tgl": "Tanggal Call"}, {"reason": 'SIBUKK, "lagi"'} | NOT_REACHED)
    load(workspace, {"a.csv": content, "b.csv": tamara_csv({"reason": 'SIBUKK, "lagi"'} | NOT_REACHED)})
    assert set(proposals(workspace)) == {"Tanggal Call", 'SIBUKK, "lagi"'}
    files = [workspace / "params" / name for name in (ALIASES, RESULT_WORDS)]
    before = [path.read_bytes() for path in files]
    assert suggest(workspace) == []
    assert [path.read_bytes() for path in files] == before
    read_rules(workspace)


def test_without_own_parameter_files_they_are_made_from_the_shipped_ones(tmp_path):
    added = write_proposals(tmp_path, [Proposal(ALIASES, "Tanggal Call", "calls.called_at", 2, "tgl call")])
    assert [one.name for one in added] == ["Tanggal Call"]
    own = (tmp_path / "params" / ALIASES).read_text(encoding="utf-8")
    assert own.endswith('added:\n  #"Tanggal Call": [calls.called_at]  # 2 rows, like tgl call\n')
    assert not (tmp_path / "params" / RESULT_WORDS).exists()


def test_an_alias_file_without_a_place_for_proposals_gets_one(workspace):
    path = workspace / "params" / ALIASES
    path.write_text("calls:\n  called_at: [kapan]\n", encoding="utf-8")
    write_proposals(workspace, [Proposal(ALIASES, 'a "b": c', "calls.segment", 2)])
    assert path.read_text(encoding="utf-8").splitlines()[3:] == [
        "added:",
        '  #"a \\"b\\": c": [calls.segment]  # 2 rows, by its values',
    ]
    accept(workspace, ALIASES, '"a \\"b\\": c"')
    assert ("a b c", "") in read_rules(workspace).aliases.names["calls"]["segment"]


def test_headers_added_in_one_line_cannot_be_added_to(workspace):
    path = workspace / "params" / ALIASES
    path.write_text('added: {"x": calls.segment}\n', encoding="utf-8")
    with pytest.raises(ParameterError, match="write what stands under added: in lines of its own"):
        write_proposals(workspace, [Proposal(ALIASES, "y", "calls.segment", 2)])


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('  "Tgl": calls.caled_at', "unknown column 'calls.caled_at'. Did you mean 'calls.called_at'?"),
        ('  "Tgl": every_table.services', "unknown column 'every_table.services'"),
    ],
)
def test_a_mistake_in_an_added_header_is_named(workspace, line, answer):
    with (workspace / "params" / ALIASES).open("a", encoding="utf-8") as handle:
        handle.write(f"{line}\n")
    with pytest.raises(ParameterError) as problem:
        read_rules(workspace)
    assert answer in str(problem.value)


def test_the_command_says_what_it_wrote_and_leaves_stdout_to_the_format(workspace, capsys):
    load(workspace, {"a.csv": renamed({"tgl": "Tanggal Call"}, {})})
    assert main(["check", "--suggest", "--format", "json", "--workspace", str(workspace)]) == 3
    said = capsys.readouterr()
    assert said.out.startswith("{")
    assert "proposed header_aliases.yml: 'Tanggal Call' → calls.called_at" in said.err
    assert "1 proposals written" not in said.out
