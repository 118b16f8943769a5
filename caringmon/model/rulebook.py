"""The rulebook: of each rule R01–R32 whom it asks, how soon, how urgently, and its thresholds (`params/rules.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from caringmon.errors import ParameterError, did_you_mean
from caringmon.model.recommendation import Priority

Owner = Literal["TL", "SPV", "QCO", "QRD", "MANAGER", "ANALYST"]
# The same day, the next working day, three and five working days, before the next month begins.
Due = Literal["D0", "D1", "D3", "W1", "M"]
Threshold = Annotated[float, Field(ge=0, le=1_000_000)]
RHO, MIN_N = "realise_rho", "min_n"


class Rule(BaseModel):
    """One rule: `owner` is the role that it asks, `due` until when; `limits` its thresholds by name.

    Names that end in `_rate` are shares 0–1, those in `_days` working days; all others are counts or factors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    owner: Owner
    due: Due
    priority: Priority
    limits: Mapping[str, Threshold] = Field(default_factory=dict)


def _rule(owner: Owner, due: Due, priority: str, **limits: float) -> Rule:
    return Rule(owner=owner, due=due, priority=Priority(priority), limits=limits)


# Every threshold is an assumption of ours, except where docs/assumptions.md says otherwise.
RULES: Mapping[str, Rule] = {
    "R01": _rule("TL", "D1", "P1", achievement_rate=0.90, elapsed_days=5),
    "R02": _rule("SPV", "D1", "P2", projection_rate=0.95),
    "R03": _rule("TL", "D0", "P1", penetration_rate=0.90, month_rate=0.5, early_rate=0.70, early_days=10, old_days=3,
                 aim_rate=0.95),
    "R04": _rule("TL", "D1", "P1", old_days=7),
    "R05": _rule("TL", "D1", "P1"),
    "R06": _rule("TL", "D3", "P2", attempts=2, uncontacted_rate=0.30, aim_attempts=3),
    "R07": _rule("TL", "D0", "P2"),
    "R08": _rule("SPV", "W1", "P2", invalid_rate=0.15, witel_z=2, fixed_rate=0.30),
    "R09": _rule("TL", "W1", "P3", rpc_rate=0.75),
    "R10": _rule("TL", "D3", "P1", below_rate=0.05, contacts=50),
    "R11": _rule("TL", "D3", "P2"),
    "R12": _rule("TL", "D0", "P2", median_rate=0.70, occupancy_rate=0.60),
    "R13": _rule("SPV", "D1", "P1", attendance_rate=0.90),
    "R14": _rule("TL", "W1", "P3", top_rate=0.20, share_rate=0.50, agents=10),
    "R15": _rule("TL", "D0", "P1"),
    "R16": _rule("TL", "D1", "P1"),
    "R17": _rule("TL", "D3", "P1", kept_rate=0.60, due_cases=30, long_days=5),
    "R18": _rule("TL", "D0", "P1", broken_rate=0.10),
    "R19": _rule("TL", "W1", "P1", return_rate=0.10),
    "R20": _rule("SPV", "D1", "P1", times=3, cases=5, grave_cases=2),
    "R21": _rule("TL", "D0", "P1", sla_days=2, age_days=3),
    "R22": _rule("QCO", "D1", "P1", coverage_rate=0.98, tapping_hours=9, close_days=3),
    "R23": _rule("QCO", "W1", "P3", other_rate=0.10, unmapped_rate=0.002),
    "R24": _rule("QRD", "W1", "P2", agreement_rate=0.85, kappa=0.6),
    "R25": _rule("SPV", "D3", "P2", refused_rate=0.20, rise_rate=0.05, solved_rate=0.20),
    "R26": _rule("ANALYST", "D0", "P1"),
    "R27": _rule("ANALYST", "D1", "P1", agrees=3, agrees_rate=0.01),
    "R28": _rule("TL", "D0", "P1"),
    "R29": _rule("SPV", "D1", "P1", again_days=30),
    "R30": _rule("TL", "D1", "P2"),
    "R31": _rule("TL", "W1", "P3", elapsed_days=10),
    "R32": _rule("SPV", "D0", "P1", failed_rate=0.20),
}  # fmt: skip
GENERAL: Mapping[str, float] = {MIN_N: 20, RHO: 0.5, "daily_most": 5, "monthly_most": 10, "child_rate": 0.60}


@dataclass(frozen=True)
class Rulebook:
    """The rules in force. `general`: fewest cases behind a rate, share of an effect that is realised, most shown."""

    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)
    general: Mapping[str, float] = field(default_factory=lambda: GENERAL)

    def limit(self, rule: str, name: str) -> float:
        """Return a threshold; one that the rule does not have: KeyError."""
        return self.rules[rule].limits[name]

    @property
    def changes(self) -> str:
        """What differs from the rules that come with the package, as text; nothing: empty."""
        told = []
        for name, value in self.general.items():
            told += [f"{name} {value:g}"] if value != GENERAL[name] else []
        for code, rule in self.rules.items():
            usual = RULES[code]
            told += [
                f"{code} {name} {getattr(rule, name)}"
                for name in ("owner", "due", "priority")
                if getattr(rule, name) != getattr(usual, name)
            ]
            told += [f"{code} {name} {value:g}" for name, value in rule.limits.items() if value != usual.limits[name]]
        return ", ".join(told)


def read_rulebook(content: Mapping[str, object], source: str) -> Rulebook:
    """Return the rulebook of a parameter file; what it leaves out is as it comes with the package.

    An unknown rule, key or threshold, or an impossible value: ParameterError naming it.
    """
    general, rules = dict(GENERAL), dict(RULES)
    for name, given in content.items():
        if name == "general":
            general |= _limits(GENERAL, given, f"{source}: general")
        elif name in RULES:
            rules[name] = _changed(name, given, source)
        else:
            raise ParameterError(f"{source}: unknown rule '{name}'.{did_you_mean(name.upper(), RULES)}")
    return Rulebook(rules, general)


def _changed(code: str, given: object, source: str) -> Rule:
    """Return the rule with what the file says about it."""
    usual, place = RULES[code], f"{source}: {code}"
    heads = ("owner", "due", "priority")
    known = _mapping(given, place)
    limits = {name: value for name, value in known.items() if name not in heads}
    unknown = next((name for name in limits if name not in usual.limits), "")
    if unknown:
        raise ParameterError(f"{place}: unknown key '{unknown}'.{did_you_mean(unknown, (*heads, *usual.limits))}")
    told = {name: known.get(name, getattr(usual, name)) for name in heads}
    return _checked({**told, "limits": {**usual.limits, **limits}}, place)


def _limits(usual: Mapping[str, float], given: object, place: str) -> dict[str, float]:
    known = _mapping(given, place)
    unknown = next((name for name in known if name not in usual), "")
    if unknown:
        raise ParameterError(f"{place}: unknown key '{unknown}'.{did_you_mean(unknown, usual)}")
    rule = _checked({"owner": "TL", "due": "D0", "priority": "P1", "limits": known}, place)
    return dict(rule.limits)


def _mapping(given: object, place: str) -> Mapping[str, object]:
    if not isinstance(given, Mapping):
        raise ParameterError(f"{place}: expected {{key: value, …}}, for example {{owner: TL, due: D1}}")
    return given


def _checked(values: Mapping[str, object], place: str) -> Rule:
    try:
        rule = Rule.model_validate(dict(values))
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        key = str(first["loc"][-1])
        raise ParameterError(f"{place}: {key}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
    wrong = next((name for name, value in rule.limits.items() if name.endswith("_rate") and value > 1), "")
    if wrong:
        raise ParameterError(f"{place}: {wrong} is a share between 0 and 1; write 0.15 for 15 %")
    return rule
