"""What is answered to who asks what a feeder can shed and take."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field

from csms.domain.site import PhaseAmps
from csms.service.flexibility import Flexibility
from smart_charging.flexibility import Offer


class FlexibilityOffer(BaseModel):
    """What the feeder can do for a while, from `starts_at` on."""

    duration_s: float
    change_w: float = Field(description="How much more is drawn, on the mean; below 0: less")
    base_w: float = Field(description="What its vehicles draw by the plan that stands, on the mean")
    limit_a: PhaseAmps | None = Field(
        description="The limit of the feeder that makes it so, by line; null: none is needed"
    )
    rebound_wh: float = Field(
        description="What is drawn more at other times, mostly afterwards; below 0: less"
    )
    rebound_w: float = Field(description="By how much more, at its highest")
    lost_wh: float = Field(
        description="What is delivered less in all; nobody lacks any of what was promised"
    )
    cost: float | None = Field(
        description="What it costs by the prices of energy and peak, in the site's currency; null "
        "without prices"
    )


class FlexibilityAnswer(BaseModel):
    """What a feeder can shed and take, for several durations."""

    site_id: str
    feeder_id: str
    planned_at: datetime = Field(description="When the plan was made that it is found from")
    starts_at: datetime = Field(description="From when on: a full quarter of an hour")
    shed: list[FlexibilityOffer]
    absorb: list[FlexibilityOffer]


def flexibility_body(found: Flexibility) -> FlexibilityAnswer:
    """Write what was found."""
    return FlexibilityAnswer(
        site_id=found.ref.site_id,
        feeder_id=found.ref.feeder_id,
        planned_at=found.planned_at,
        starts_at=found.starts_at,
        shed=_offers(found.envelope.shed),
        absorb=_offers(found.envelope.absorb),
    )


def _offers(offers: Iterable[Offer]) -> list[FlexibilityOffer]:
    return [
        FlexibilityOffer(
            duration_s=one.duration_s,
            change_w=round(one.change_w),
            base_w=round(one.base_w),
            limit_a=one.limit_a and _tenths(one.limit_a),
            rebound_wh=round(one.rebound_wh),
            rebound_w=round(one.rebound_w),
            lost_wh=round(one.lost_wh),
            cost=None if one.cost is None else round(one.cost, 2),
        )
        for one in offers
    ]


def _tenths(amps: PhaseAmps) -> PhaseAmps:
    first, second, third = (round(float(one), 1) for one in amps)
    return (first, second, third)
