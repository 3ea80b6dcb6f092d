"""What is asked about what a feeder can shed and take, and answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from csms.domain.errors import InvalidInputError
from csms.domain.flexibility import Agreement, Delivery
from csms.domain.site import PhaseAmps
from csms.service.flexibility import Flexibility
from csms.service.row_number import BeforeNumber
from smart_charging.flexibility import Offer

_PAGE: Final = 100

_Watts = Annotated[float, Field(gt=0, allow_inf_nan=False)]
HowMany = Annotated[int, Field(ge=1, le=_PAGE)]
"""How many agreements are told at the most."""


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


class WantedFlexibility(BaseModel):
    """What a grid company takes of what is on offer."""

    model_config = ConfigDict(extra="forbid")

    duration_s: float = Field(description="One of those on offer")
    shed_w: _Watts | None = Field(
        default=None,
        description="How much less is to be drawn on the mean, at most what is on offer",
    )
    absorb_w: _Watts | None = Field(default=None, description="How much more, in place of `shed_w`")

    @property
    def less_w(self) -> float:
        """How much less is to be drawn; below 0: so much more.

        Raises:
            InvalidInputError: Neither is said, or both are.
        """
        match (self.shed_w, self.absorb_w):
            case (float(shed_w), None):
                return shed_w
            case (None, float(absorb_w)):
                return -absorb_w
        raise InvalidInputError("shed_w", "expected either this or absorb_w")


class AgreementsAsked(BaseModel):
    """How many agreements are asked for, the newest first."""

    model_config = ConfigDict(extra="forbid")

    limit: HowMany = 20
    before: BeforeNumber = None


class FlexibilityAgreement(BaseModel):
    """What was agreed on, and what has come of it so far."""

    number: int
    agreed_at: AwareDatetime
    start_at: AwareDatetime
    end_at: AwareDatetime
    shed_w: float | None = Field(description="How much less; null: more was agreed on")
    absorb_w: float | None = Field(description="How much more; null: less was agreed on")
    base_w: float = Field(
        description="What the feeder would have drawn by the plan that stood, with the building as "
        "it was then"
    )
    limit_a: PhaseAmps | None = Field(
        description="The limit that is in force for it, by line; null: plans aim at more"
    )
    measured_s: float = Field(description="For so many of its seconds all of it was measured")
    measured_w: float | None = Field(description="What the feeder drew in those, on the mean")
    delivered_w: float | None = Field(
        description="By how much that is below `base_w`; where more was agreed on, above"
    )


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


def agreement_body(agreement: Agreement, delivery: Delivery) -> FlexibilityAgreement:
    """Write what was agreed on, and what has come of it."""
    mean_w, is_more = delivery.mean_w, agreement.is_absorbed
    less_w = None if mean_w is None else round(agreement.base_w - mean_w)
    return FlexibilityAgreement(
        number=agreement.number,
        agreed_at=agreement.agreed_at,
        start_at=agreement.start_at,
        end_at=agreement.end_at,
        shed_w=None if is_more else round(agreement.shed_w),
        absorb_w=round(-agreement.shed_w) if is_more else None,
        base_w=round(agreement.base_w),
        limit_a=agreement.limit_a,
        measured_s=round(delivery.measured_s, 1),
        measured_w=None if mean_w is None else round(mean_w),
        delivered_w=-less_w if less_w is not None and is_more else less_w,
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
