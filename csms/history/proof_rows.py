"""How feeders kept to their limits, as rows of an export."""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import ProofQuarter, ProofWanted, Span, over_seconds
from csms.storage.grid_proof import read_proof_quarter, select_breaches, select_quarters, span_of
from csms.storage.history import Selection

_LINES: Final = (1, 2, 3)
PROOF_COLUMNS: Final = {
    "site_id": "VARCHAR",
    "feeder_id": "VARCHAR",
    "starts_at": "TIMESTAMP WITH TIME ZONE",
    "limited_by": "VARCHAR",
    **{f"{name}_l{line}_a": "DOUBLE" for name in ("limit", "mean", "peak") for line in _LINES},
    "margin_a": "DOUBLE",
    "measured_s": "DOUBLE",
    "over_s": "DOUBLE",
    "fed_limited_by": "VARCHAR",
    **dict.fromkeys(("fed_limit_w", "fed_peak_w", "fed_over_s"), "DOUBLE"),
}


async def proof_rows(connection: AsyncConnection, selection: Selection) -> list[list[Any]]:
    """A row for each feeder and quarter of an hour, in the order of sites, feeders and time."""
    wanted = ProofWanted(
        site_id=selection.site_id,
        feeder_id=selection.feeder_id,
        since=selection.begins_at,
        until=selection.ends_at,
    )
    quarters: defaultdict[FeederRef, list[ProofQuarter]] = defaultdict(list)
    for row in (await connection.execute(select_quarters(wanted))).mappings():
        quarters[FeederRef(row["site_id"], row["feeder_id"])].append(read_proof_quarter(dict(row)))
    spans: defaultdict[FeederRef, list[Span]] = defaultdict(list)
    for row in (await connection.execute(select_breaches(wanted))).mappings():
        spans[FeederRef(row["site_id"], row["feeder_id"])].append(span_of(dict(row)))
    return [
        _row(ref, quarter, over_s)
        for ref, theirs in quarters.items()
        for quarter, over_s in zip(theirs, over_seconds(theirs, spans[ref]), strict=True)
    ]


def _row(ref: FeederRef, quarter: ProofQuarter, over_s: float) -> list[Any]:
    measured, fed, nothing = quarter.measured, quarter.fed, (None, None, None)
    return [
        *ref,
        quarter.starts_at,
        quarter.limited_by,
        *quarter.limit_a,
        *(measured.mean_a if measured else nothing),
        *(measured.peak_a if measured else nothing),
        measured.margin_a if measured else None,
        measured.seconds if measured else 0.0,
        over_s,
        *((fed.limited_by, fed.limit_w, fed.peak_w, fed.over_s) if fed else (None,) * 4),
    ]
