"""Limits that the operator or the grid company put on a site's feeders."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import APIRouter, status
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from csms.api.dependencies import Context
from csms.domain.imposed_limit import ImposedLimit, LimitParty
from csms.service.bodies import Current
from csms.service.imposed_limits import WantedLimit

router = APIRouter(prefix="/sites", tags=["limits"])

_FROM: str = "When it begins"
_UNTIL: str = "When it ends by itself; null: when it is lifted"
_WORDS: str = "Why, in the party's words"


def _by_line(amps: object) -> object:
    """One current for all lines, a number or one in text, as one for each."""
    return [amps] * 3 if isinstance(amps, int | float | str) else amps


_Three: TypeAlias = Annotated[list[Current], Field(min_length=3, max_length=3)]
LineCurrents: TypeAlias = Annotated[
    _Three, BeforeValidator(_by_line, json_schema_input_type=Current | _Three)
]
"""By line, from one current for all lines or one for each."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class WantedFeederLimit(_Model):
    """What a feeder is to be limited to; the lowest of all its limits counts."""

    amps: LineCurrents = Field(description="For all lines, or by line: L1, L2, L3")
    from_at: AwareDatetime | None = Field(
        default=None, alias="from", description=f"{_FROM}; null: at once"
    )
    until_at: AwareDatetime | None = Field(default=None, alias="until", description=_UNTIL)
    words: str = Field(default="", max_length=200, description=_WORDS)


class FeederLimit(_Model):
    """A limit that somebody has put on a feeder, beside the one in the site file."""

    feeder_id: str
    party: LimitParty
    amps: tuple[float, float, float] = Field(description="By line: L1, L2, L3")
    from_at: datetime = Field(alias="from", description=_FROM)
    until_at: datetime | None = Field(alias="until", description=_UNTIL)
    words: str = Field(description=_WORDS)


class ImposedFeederLimit(FeederLimit):
    """The same, and what the feeder may carry all the same."""

    least_a: tuple[float, float, float] = Field(
        description="What the worst case of the building and the standing fallbacks below add up "
        "to, by line: no limit goes below that"
    )
    warning: str = Field(description="What that means, where the limit is lower; else empty")


@router.get("/{site_id}/limits")
async def list_limits(context: Context, site_id: str) -> list[FeederLimit]:
    """What a site's feeders are limited to beside the site file, now or later."""
    return [FeederLimit(**_fields(one)) for one in context.limits.in_force(site_id)]


@router.put("/{site_id}/feeders/{feeder_id}/limits/{party}")
async def impose_limit(
    context: Context, site_id: str, feeder_id: str, party: LimitParty, wanted: WantedFeederLimit
) -> ImposedFeederLimit:
    """Limit a feeder, in place of what the same party has limited it to before.

    What is too much is cut at once, without a plan; nobody is lowered below the standing fallback.
    """
    limit = WantedLimit(
        amps=wanted.amps,
        from_at=wanted.from_at,
        until_at=wanted.until_at,
        words=wanted.words,
    )
    imposed = await context.limits.impose(site_id, feeder_id, party, limit)
    return ImposedFeederLimit(
        **_fields(imposed.limit), least_a=imposed.least_a, warning=imposed.warning
    )


@router.delete(
    "/{site_id}/feeders/{feeder_id}/limits/{party}", status_code=status.HTTP_204_NO_CONTENT
)
async def lift_limit(context: Context, site_id: str, feeder_id: str, party: LimitParty) -> None:
    """Take a party's limit off a feeder; what vehicles may draw rises gradually."""
    await context.limits.lift(site_id, feeder_id, party)


def _fields(limit: ImposedLimit) -> dict[str, object]:
    return {
        "feeder_id": limit.feeder_id,
        "party": limit.party,
        "amps": limit.amps,
        "from": limit.from_at,
        "until": limit.until_at,
        "words": limit.words,
    }
