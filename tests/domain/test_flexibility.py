"""What was delivered of what was agreed on."""

from csms.domain.flexibility import Agreement, Delivery, delivered
from csms.domain.grid_company import FeederRef
from csms.domain.grid_proof import Measured, ProofQuarter
from tests.service.rig import NOON, after

AGREEMENT = Agreement(
    number=1,
    party="nett",
    ref=FeederRef("garage", "main"),
    agreed_at=NOON,
    start_at=after(15),
    end_at=after(45),
    shed_w=5_000.0,
    base_w=20_000.0,
    limit_a=(20.0, 20.0, 20.0),
)


def quarter(minutes: float, amps: float, seconds: float = 900.0) -> ProofQuarter:
    measured = None
    if seconds:
        measured = Measured(
            seconds=seconds, load_as=(amps * seconds, 0.0, 0.0), peak_a=(amps, 0, 0), margin_a=1.0
        )
    return ProofQuarter(
        feeder_id="main",
        starts_at=after(minutes),
        limited_by="Nett AS",
        limit_a=(20.0, 20.0, 20.0),
        measured=measured,
    )


def test_quarters_within_count_by_what_was_measured_of_them() -> None:
    quarters = [quarter(0, 90), quarter(15, 30), quarter(30, 60, 450), quarter(45, 90)]
    assert delivered(AGREEMENT, quarters, 230.0) == Delivery(measured_s=1350.0, mean_w=9_200.0)


def test_what_was_not_measured_is_not_delivered() -> None:
    nothing = Delivery(measured_s=0.0, mean_w=None)
    assert delivered(AGREEMENT, [quarter(15, 30, 0)], 230.0) == nothing
    assert delivered(AGREEMENT, [], 230.0) == nothing
