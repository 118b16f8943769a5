"""The README of a demo workspace: what lies in it, and what was planted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from caringmon.demo import plan
from caringmon.demo.people import mover
from caringmon.demo.plan import Size
from caringmon.demo.world import World

_TEMPLATE = """\
# Demo workspace of caringmon

An invented site ("{site}") that calls customers in arrears in September and October 2022: CT-0 (month N+2) and
PraNPC (months N and N+1). **Every person, number, amount and call is made up**; seed {seed}. The same seed gives the
same bytes. `inbox/` holds raw exports as the field makes them; nothing is loaded yet:

```
caringmon ingest --workspace .
caringmon run daily --workspace . -p report_date=2022-10-18
```

## The site
* {attempts} call rows, {agents} agents, {teams} TL, {supervisors} SPV, {officers} QCO; {services} services on the
  two monthly lists (data order). Working days Monday to Saturday, without 8 October (Maulid Nabi): 26 + 25.
* Agent `{mover}` moves from TL02 to TL03 on 10 October 2022 (two roster rows, `valid_to` exclusive).
* Every agree (janji bayar) is tapped by a QCO on the same or the next working day. A return is recalled within two
  working days and tapped again; some recalls decline (tolak), some returns stay open.
* What is left open on 31 October is tapped on 1 November; there are no calls after 31 October.

## What was planted
| cause | where | when | what happens | what a report should show |
|---|---|---|---|---|
{causes}

Besides: agree rates rise towards the 20th (batas bayar) and fall after it, most of all in CT0; Monday is strong,
Saturday weak; contact is best at 09–11 and 16–17:30 o'clock; agents differ in how many agree, not in whom they reach.
CT0 ends October clearly below its target, PRANPC is near it on the 18th. With a seed other than 0 chance may hide
one of the causes or move these two.

## Small dirt, as in real exports
* Login `{stray}` is in no roster and has 15 calls.
* About 0.1 % of the rows carry a reason word that no list knows (NADA TULALIT, DIALIHKAN, …).
* 5 agrees have the promise date 0000-00-00; about 2 % of the CT0 promises near the 20th lie behind it.
* 20 calls go to services that are on no list (belum ada data order).
* Some statuses are in capitals or small letters, some end in `&nbsp;`; some notes hold a `;` or a line break.
* 3 rows of the CT0 exports are dated after the day of their export and belong into quarantine (karantina).
* Recalls (input Recall) of September returns in the first days of October are calls on September's list.

## Files in `inbox/`
| from … to | files | what |
|---|---|---|
{files}
"""
_KINDS = {
    "Data CT0 CARING": "calls of CT-0, one week (September) or one day (October)",
    "Data PRA_NPC CARING": "calls of PraNPC, one week (September) or one day (October)",
    "Data Order": "data order: the calling list of a month",
    "Tapping QCO": "tapping: one row per tap, by tapping date",
    "Data Pembayaran": "payments (pembayaran) of a month",
    "roster": "roster: who reports to whom, from when to when",
    "target": "targets (target) of a month",
    "absensi": "attendance (absensi) of a month",
}


def readme_text(seed: int, attempts: int, world: World, size: Size, files: Sequence[Path]) -> str:
    """Return the README in Markdown, English with the Indonesian terms of the field."""
    agents = world.people.agents
    return _TEMPLATE.format(
        site=plan.SITE,
        seed=seed,
        attempts=attempts,
        agents=len(agents),
        teams=size.teams,
        supervisors=size.supervisors,
        officers=size.officers,
        services=len(world.services),
        mover=agents["person_id"][mover(agents)],
        causes="\n".join(f"| {c.code} | {c.where} | {c.when} | {c.what} | {c.effect} |" for c in plan.CAUSES),
        stray=world.people.stray_login,
        files="\n".join(_kind_line(start, text, files) for start, text in _KINDS.items()),
    )


def _kind_line(start: str, text: str, files: Sequence[Path]) -> str:
    names = sorted(path.name for path in files if path.name.startswith(start))
    return f"| `{names[0]}` … `{names[-1]}` | {len(names)} | {text} |"
