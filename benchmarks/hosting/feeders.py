"""The two feeders, and what others made of them with all twelve garages of the data set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from csms.cli.study_base import made_up, no_load
from csms.cli.study_users import Asked, Imported, import_users
from smart_charging.study.drawing import STEPS_PER_WEEK
from smart_charging.study.policies import PolicyName
from smart_charging.study.scenario import Scenario

FILE: Final = "norway_residential_sessions.csv.gz"
WEEKS: Final = 6
_MONDAY: Final = date(2019, 11, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """A feeder.

    Attributes:
        limit_w: What it carries.
        winter_kw: Peak of the load beside vehicles; 0: there is none.
        anchors: Users by policy as measured before, on all twelve garages; eight are at hand.
    """

    name: str
    limit_w: float
    winter_kw: float
    anchors: Mapping[PolicyName, str]


FEEDERS: Final = (
    Feeder(
        name="A",
        limit_w=100e3,
        winter_kw=0.0,
        anchors={
            PolicyName.UNCONTROLLED: "30 to 40",
            PolicyName.STATIC: "14",
            PolicyName.EQUAL: "142",
            PolicyName.FCFS: "138",
            PolicyName.EDF: "210",
            PolicyName.LLF: "225",
            PolicyName.PREDICTED: "166",
            PolicyName.FORESIGHT: "251",
        },
    ),
    Feeder(
        name="B",
        limit_w=400e3,
        winter_kw=280.0,
        anchors={
            PolicyName.UNCONTROLLED: "105 to 146",
            PolicyName.STATIC: "18",
            PolicyName.EQUAL: "388",
            PolicyName.FCFS: "385",
            PolicyName.EDF: "592",
            PolicyName.LLF: "633",
            PolicyName.PREDICTED: "449",
            PolicyName.FORESIGHT: "635 to 645",
        },
    ),
)


def read_garages(data: Path) -> Imported:
    """Read the garages' users, with all their past.

    Raises:
        InvalidInputError: The file is not there, or is another.
    """
    path = data / FILE
    asked = Asked(source=str(path), weeks=WEEKS, starts=_MONDAY, zone="Europe/Oslo")
    return import_users(asked)


def scenario_of(feeder: Feeder, imported: Imported) -> Scenario:
    """A feeder with the garages' users."""
    steps = WEEKS * STEPS_PER_WEEK
    load = made_up(feeder.winter_kw, steps) if feeder.winter_kw else no_load(steps)
    return Scenario(
        name=feeder.name,
        limit_w=feeder.limit_w,
        users=imported.users,
        weeks=WEEKS,
        base_w=load.total_w,
        heating_w=load.heating_w,
    )
