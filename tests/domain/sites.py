"""A small site to start from: an intake that feeds two levels, and what a test adds to it."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from csms.domain.identity import EvseId
from csms.domain.site import (
    AmpereSchedule,
    Earthing,
    EvsePlace,
    Feeder,
    GuestPlace,
    PhaseAmps,
    Site,
    UncontrolledLoad,
)

OSLO = ZoneInfo("Europe/Oslo")


def flat(amps: float) -> AmpereSchedule:
    """The same amps on every line at any time."""
    return AmpereSchedule((amps, amps, amps))


def place(
    name: str,
    feeder: str,
    fallback_a: float,
    lines: tuple[int, ...] = (1, 2, 3),
    *,
    is_installed: bool = True,
    keeps_fallback: bool | None = True,
) -> EvsePlace:
    """The only EVSE of a charger of 32 A, which was seen to keep its fallback."""
    return EvsePlace(
        evse=EvseId(name, 1),
        feeder_id=feeder,
        lines=lines,
        max_a=32.0,
        fallback_a=fallback_a,
        is_installed=is_installed,
        keeps_fallback=keeps_fallback,
    )


def uncontrolled(worst_case: AmpereSchedule) -> UncontrolledLoad:
    """Load without a meter."""
    return UncontrolledLoad(worst_case=worst_case, largest_step_a=0.0, is_metered=False)


def small_site(
    *places: EvsePlace,
    intake: AmpereSchedule | None = None,
    intake_load: AmpereSchedule | None = None,
    level_load: PhaseAmps | None = None,
    guests: GuestPlace | None = None,
) -> Site:
    """An intake of 63 A over two levels of 40 A, with these chargers."""
    site = Site(
        site_id="fjordgata",
        name="Fjordgata",
        timezone=OSLO,
        earthing=Earthing.TN,
        voltage_v=230.0,
        feeders=(
            Feeder(
                feeder_id="intake",
                name="Intake",
                parent_id=None,
                limit=intake or flat(63.0),
                uncontrolled=uncontrolled(intake_load) if intake_load else None,
            ),
            Feeder(
                feeder_id="level-1",
                name="Level 1",
                parent_id="intake",
                limit=flat(40.0),
                uncontrolled=uncontrolled(AmpereSchedule(level_load)) if level_load else None,
            ),
            Feeder(feeder_id="level-2", name="Level 2", parent_id="intake", limit=flat(40.0)),
        ),
        places=places,
    )
    return replace(site, guests=guests)
