"""Outcomes of seeds of chaos."""

from csms.cli.chaos_run import SeedReport


def seed_report(
    *,
    seed: int = 1,
    over_as: float = 0.0,
    delivered_wh: float = 95.0,
    nonsense_taken: tuple[str, ...] = (),
) -> SeedReport:
    """What came of a seed on whose day 100 Wh could have been delivered."""
    return SeedReport(
        seed=seed,
        timezone="Europe/Oslo",
        over_as=over_as,
        excused_as=0.0,
        first=None,
        excess_count=0,
        faults_before=(),
        around=(),
        delivered_wh=delivered_wh,
        omniscient_wh=100.0,
        foresight_wh=90.0,
        visits=1,
        faults={},
        restarts=0,
        plans=1,
        digest="",
        cpu_s=1.0,
        nonsense_taken=nonsense_taken,
    )
