"""Services that asked to be left alone."""

from __future__ import annotations

import pytest

from caringmon.cli import main
from caringmon.errors import ParameterError
from caringmon.intake.pseudonyms import TEST_KEY, pseudonyms
from caringmon.store.identities import read_identities
from caringmon.suppression import hide_numbers, suppressed_services
from tests.exports import load, new_workspace, tamara_csv
from tests.tiny import date

NUMBER, OTHER = "0211234567", "0219999999"
HEADER = "service_no,pseudonym,reason,from\n"
FULL, HIDDEN = pseudonyms("service", [NUMBER, NUMBER.lstrip("0")], TEST_KEY)


@pytest.fixture
def workspace(tmp_path):
    return new_workspace(tmp_path)


def suppress(workspace, *lines):
    path = workspace / "params" / "suppression.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return path


def clear_values(workspace):
    return set(read_identities(workspace)["clear"].to_pylist())


@pytest.mark.parametrize(("day", "listed"), [("2022-10-10", set()), ("2022-10-11", {HIDDEN}), ("2022-12-01", {HIDDEN})])
def test_a_service_is_left_out_from_its_day_on(workspace, day, listed):
    suppress(workspace, f"{NUMBER},,DNC,2022-10-11")
    assert suppressed_services(workspace, date(day), TEST_KEY) == listed


def test_the_list_holds_pseudonyms_after_the_next_ingest(workspace, capsys):
    path = suppress(workspace, "# asked by phone", f"{NUMBER},,DNC,2022-10-11", ",ABCDEFGHIJKLMNOP,CLIENT,2022-10-12")
    assert main(["ingest", "--workspace", str(workspace)]) == 0
    assert path.read_text() == (
        f"{HEADER}# asked by phone\n,{HIDDEN},DNC,2022-10-11\n,ABCDEFGHIJKLMNOP,CLIENT,2022-10-12\n"
    )
    assert "1 service numbers replaced by their pseudonyms" in capsys.readouterr().out
    assert suppressed_services(workspace, date("2022-10-11"), TEST_KEY) == {HIDDEN}
    assert hide_numbers(workspace, TEST_KEY) == 0


def test_a_list_with_a_mistake_stays_as_it_is(workspace):
    path = suppress(workspace, f"{NUMBER},,DNC,11/10/2022")
    with pytest.raises(ParameterError, match="line 2"):
        hide_numbers(workspace, TEST_KEY)
    assert NUMBER in path.read_text()


CALLS = tamara_csv({"fastel": NUMBER, "no_telp": "0811", "ket": "rahasia"},
                   {"id": "8", "fastel": OTHER, "no_telp": "0822", "ket": "biasa"},
                   {"id": "9", "fastel": NUMBER, "no_telp": "0822", "ket": ""})  # fmt: skip


@pytest.mark.parametrize("listed_first", [True, False])
def test_nothing_tells_who_an_erased_service_is_but_its_calls_stay(workspace, listed_first):
    if listed_first:
        suppress(workspace, f"{NUMBER},,PDP,2022-10-11")
    assert load(workspace, {"Data 2022-10-03.csv": CALLS})["Data 2022-10-03.csv"].rows_loaded == 3
    if not listed_first:
        assert {NUMBER, "rahasia"} <= clear_values(workspace)
        suppress(workspace, f",{FULL},PDP,2022-10-11")
        load(workspace, {})
    assert not clear_values(workspace) & {NUMBER, "0811", "rahasia"}
    assert {OTHER, "0822", "biasa", "Dimas Lestari"} <= clear_values(workspace)


def test_a_service_that_only_asked_not_to_be_called_keeps_its_identity(workspace):
    suppress(workspace, f"{NUMBER},,DNC,2022-10-11")
    load(workspace, {"Data 2022-10-03.csv": CALLS})
    assert NUMBER in clear_values(workspace)


ORDERLESS = tamara_csv({"fastel": NUMBER.lstrip("0"), "no_telp": "0811", "ket": "rahasia"})


@pytest.mark.parametrize("line", [f"{NUMBER},,PDP,2022-10-11", f",{FULL},PDP,2022-10-11", f"'{NUMBER},,PDP,2022-10-11"])
def test_a_number_that_lost_its_zero_in_a_file_is_erased_too(workspace, line):
    load(workspace, {"Data 2022-10-03.csv": CALLS, "Data 2022-10-04.csv": ORDERLESS})
    suppress(workspace, line)
    load(workspace, {})
    assert not clear_values(workspace) & {NUMBER, NUMBER.lstrip("0"), "0811", "rahasia"}


def test_of_a_number_that_every_file_wrote_without_its_zero_no_identity_is_kept(workspace):
    suppress(workspace, f"{NUMBER},,PDP,2022-10-11")
    load(workspace, {"Data 2022-10-04.csv": ORDERLESS})
    assert not clear_values(workspace) & {NUMBER.lstrip("0"), "0811", "rahasia"}


def test_nothing_of_a_person_stays_in_what_a_run_that_was_cut_off_left_behind(workspace):
    load(workspace, {"Data 2022-10-03.csv": CALLS})
    (path,) = (workspace / "store" / "identity").iterdir()
    draft = path.with_name(f"{path.name}.tmp-1")
    draft.write_bytes(path.read_bytes())
    load(workspace, {})
    assert not draft.exists()


def test_the_list_stays_as_closed_to_others_as_it_was(workspace):
    path = suppress(workspace, f"{NUMBER},,DNC,2022-10-11")
    path.chmod(0o600)
    assert hide_numbers(workspace, TEST_KEY) == 1
    assert path.stat().st_mode & 0o777 == 0o600
