"""The demo workspace: raw exports in `inbox/` and a README that tells what is hidden in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from caringmon.demo import exports, plan
from caringmon.demo.plan import Cause, Size
from caringmon.demo.rawcalls import raw_calls
from caringmon.demo.readme import readme_text
from caringmon.demo.world import simulate

SizeName = Literal["small", "full"]
_README = "README.md"


@dataclass(frozen=True)
class DemoSummary:
    """What was written: exported call rows, agents of the roster, listed services of both months, file names."""

    seed: int
    attempts: int
    agents: int
    services: int
    files: tuple[str, ...]
    causes: tuple[Cause, ...]


def write_inbox(workspace: Path, *, seed: int = 0, size: SizeName = "small") -> DemoSummary:
    """Write the raw exports of an invented site into `workspace/inbox/`, and `workspace/README.md`.

    The same seed and size give the same bytes. Files of the same names are replaced, others left alone.
    """
    return write_world(workspace, seed, plan.SIZES[size])


def write_world(workspace: Path, seed: int, size: Size) -> DemoSummary:
    """Write a world of any size; see `write_inbox`."""
    inbox = workspace / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    world = simulate(seed, size)
    # A stream of its own, so that spelling and dirt do not move the truth.
    spelling, praise = np.random.default_rng([seed, 1]).spawn(2)
    raw = raw_calls(spelling, world)
    files = [
        *exports.write_calls(inbox, raw),
        *exports.write_lists(inbox, world),
        *exports.write_taps(praise, inbox, world),
        *exports.write_payments(inbox, world),
        *exports.write_staff(inbox, world),
    ]
    (workspace / _README).write_text(readme_text(seed, len(raw), world, size, files), encoding="utf-8")
    names = tuple(sorted(path.name for path in files))
    return DemoSummary(seed, len(raw), len(world.people.agents), len(world.services), names, plan.CAUSES)
