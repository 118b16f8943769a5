"""The rulebook as a parameter file: what may stand in it, and what is refused."""

from __future__ import annotations

import pytest

from caringmon.errors import ParameterError
from caringmon.model.rulebook import GENERAL, RULES, Rulebook, read_rulebook
from caringmon.params import read_yaml_as_text
from caringmon.settings import workspace_rulebook
from caringmon.shipped import params_folder


def test_the_file_of_the_package_says_what_the_package_does():
    read = read_rulebook(read_yaml_as_text(params_folder() / "rules.yml"), "rules.yml")
    assert read == Rulebook()
    assert read.changes == ""
    assert read_yaml_as_text(params_folder() / "rules.yml").keys() == {"general", *RULES}


def test_what_a_workspace_changes_is_told_and_the_rest_stays():
    read = read_rulebook({"R08": {"invalid_rate": "0.2", "due": "D3"}, "general": {"min_n": "30"}}, "rules.yml")
    assert read.changes == "min_n 30, R08 due D3, R08 invalid_rate 0.2"
    assert (read.limit("R08", "invalid_rate"), read.limit("R08", "witel_z")) == (0.2, 2)
    assert read.rules["R01"] == RULES["R01"]
    assert read.general["realise_rho"] == GENERAL["realise_rho"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"r08": {}}, "rules.yml: unknown rule 'r08'. Did you mean 'R08'?"),
        ({"R33": {}}, "rules.yml: unknown rule 'R33'."),
        ({"R08": {"invalid_rat": "0.2"}}, "rules.yml: R08: unknown key 'invalid_rat'. Did you mean 'invalid_rate'?"),
        ({"R08": {"invalid_rate": "20"}}, "rules.yml: R08: invalid_rate is a share between 0 and 1"),
        ({"R08": {"invalid_rate": "some"}}, "rules.yml: R08: invalid_rate: input should be a valid number"),
        ({"R08": {"due": "D9"}}, "rules.yml: R08: due: input should be 'D0', 'D1', 'D3', 'W1' or 'M'"),
        ({"R08": "off"}, "rules.yml: R08: expected {key: value, …}, for example {owner: TL, due: D1}"),
        ({"general": {"minn": "5"}}, "rules.yml: general: unknown key 'minn'. Did you mean 'min_n'?"),
    ],
)  # fmt: skip
def test_a_mistake_names_the_rule_and_the_key(content, said):
    with pytest.raises(ParameterError) as refused:
        read_rulebook(content, "rules.yml")
    assert str(refused.value).startswith(said)


def test_a_workspace_without_the_file_has_the_rules_of_the_package(tmp_path):
    assert workspace_rulebook(tmp_path) == Rulebook()
