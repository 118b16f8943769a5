"""The worked findings of a report for one TL: TL01's own month where the site's stands else, and the site beside it.

TL01 to 18 October: 250 net agrees of 252 due (450 × 14 ÷ 25), 20 on the day of 18 due; the site is that of 3-kpis.
"""

from __future__ import annotations

import dataclasses

import pandas as pd

from caringmon.model.findings import Findings, figure_id
from tests.worked_findings import CT0, Work, worked_findings

PERSON = "TL01"
OWN = Work(
    (16, 17, 18, 19, 18, 17, 16, 19, 18, 17, 19, 18, 18, 20, *[18] * 11), (17,) * 14, 450, {PERSON: (450, 230, 20)}
)


def leader_findings(lang: str = "id") -> Findings:
    """Return the findings of the report for TL01."""
    own, site = worked_findings(work={"CT0": OWN}), worked_findings(work={"CT0": CT0})
    figures, beside = own.tables["figures"], site.tables["figures"]
    mine = figures[figures["level"] == "site"].assign(level="tl", entity=PERSON)
    ids = [figure_id(row.segment, row.kpi, row.window, PERSON, row.part) for row in mine.itertuples()]
    agents = figures[figures["level"] == "agent"]
    whole = beside[(beside["level"] == "site") & beside["window"].isin({"day", "mtd", "prev_mtd", "month"})]
    whole = whole[(whole["part"] == "") & whole["kpi"].isin(set(beside.loc[beside["level"] == "tl", "kpi"]))]
    rows = pd.concat([mine.assign(id=ids), agents, whole], ignore_index=True)
    head = dataclasses.replace(own.head, audience=f"tl:{PERSON}", lang=lang)
    return Findings(head, {**own.tables, "figures": rows})
