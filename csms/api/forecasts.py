"""Forecasts of stays: how good they are at a site, and which drivers are left out of them."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from fastapi import APIRouter, Path, status
from pydantic import BaseModel, ConfigDict, Field

from csms.api.dependencies import Context
from csms.domain.authorization import IdToken
from csms.domain.stay_outcome import Foretold
from csms.service.forecast_view import Answerer, SiteForecast

router = APIRouter(tags=["forecasts"])

_Token: TypeAlias = Annotated[
    str, Path(min_length=1, max_length=36, description="As on the card; case does not matter")
]


class Calibration(BaseModel):
    """How what was said of the last stays came out; energies in Wh, lengths in s."""

    model_config = ConfigDict(from_attributes=True)

    count: int = Field(description="Of how many stays")
    held: float = Field(description="The share that came out within the 80 % interval")
    loss: float = Field(description="Mean pinball loss of the model")
    baseline_loss: float = Field(description="The same of the baseline")
    bias: float = Field(description="By how much more was forecast than came, on average")
    drift: str = Field(description="Why the baseline answers in the model's place; or empty")


class Score(BaseModel):
    """How the model did on past stays that it had not seen; energies in Wh, lengths in s."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    loss: float
    baseline_loss: float
    held: float
    is_used: bool = Field(description="Whether it beat the baseline, and so answers")


class Weight(BaseModel):
    """Something that the model hangs on."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    share: float = Field(description="By what share the loss rises if it is told this wrongly")


class Part(BaseModel):
    """What is known of the forecasts of energies, or of lengths of stays."""

    answers: Answerer = Field(description="Who answers; nobody: own past and assumptions count")
    backtest: Score | None = Field(description="null: too few stays to judge on")
    lately: Calibration | None = Field(description="null: no stay is over yet")
    hangs_on: list[Weight] = Field(description="The weightiest first")


class Model(BaseModel):
    """The model that is asked; it is of all sites of a time zone."""

    version: int
    made_at: datetime
    stays: int = Field(description="Of this site, that it was made from")


class Forecast(BaseModel):
    """Forecasts at a site."""

    is_on: bool = Field(description="Whether forecasts are made, by the settings")
    model: Model | None = Field(description="null: there are too few stays yet")
    energy: Part
    stay: Part


class WantedPrivacy(BaseModel):
    """What a driver wants."""

    model_config = ConfigDict(extra="forbid")

    use: Literal["nothing", "from_now_on"] = Field(
        description="nothing: no stay of theirs is looked at, ever; from_now_on: past stays are "
        "forgotten, later ones are learned from"
    )


@router.get("/sites/{site_id}/forecast")
async def read_forecast(context: Context, site_id: str) -> Forecast:
    """What is known of forecasts of vehicles' stays at a site: who answers, and how good it is."""
    found = context.forecasts.of_site(site_id)
    model = found.model
    return Forecast(
        is_on=found.is_on,
        model=Model(
            version=model.version,
            made_at=model.made_at,
            stays=found.report.stays if found.report else 0,
        )
        if model
        else None,
        energy=_part(found, Foretold.ENERGY),
        stay=_part(found, Foretold.STAY),
    )


@router.put("/forecasts/drivers/{id_token}", status_code=status.HTTP_204_NO_CONTENT)
async def leave_out(context: Context, id_token: _Token, wanted: WantedPrivacy) -> None:
    """Look at a driver's stays no more: neither in models nor as their own past.

    What was said of them is forgotten at once; the next model knows nothing of them. The
    transactions themselves stay.
    """
    await context.forecasts.leave_out(IdToken(id_token), for_ever=wanted.use == "nothing")


@router.delete("/forecasts/drivers/{id_token}", status_code=status.HTTP_204_NO_CONTENT)
async def take_in(context: Context, id_token: _Token) -> None:
    """Look at all of a driver's stays again."""
    await context.forecasts.take_in(IdToken(id_token))


def _part(found: SiteForecast, what: Foretold) -> Part:
    score = found.report.scores.get(what) if found.report else None
    lately = found.calibrations.get(what)
    drivers = found.model.drivers.get(what, ()) if found.model else ()
    return Part(
        answers=found.answers(what),
        backtest=Score.model_validate(score) if score else None,
        lately=Calibration.model_validate(lately) if lately else None,
        hangs_on=[Weight.model_validate(one) for one in drivers],
    )
