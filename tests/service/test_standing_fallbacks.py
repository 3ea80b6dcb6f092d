"""Fallbacks in the first form that a station takes, and what is remembered of that."""

from dataclasses import replace
from pathlib import Path

import pytest

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose, Recurrence
from csms.domain.commands import CommandStatus
from csms.domain.identity import EvseId
from csms.domain.limits import Standing
from csms.domain.profile_form import Place, ProfileForm, Style
from csms.domain.standing import HeldFallback, parse_held
from csms.domain.station import RateUnit
from tests.domain.sites import place, small_site
from tests.gateway.rig import in_virtual_time
from tests.service.rig import open_office
from tests.service.stubborn import MAKE, Rule, Stubborn, come, refuses, settled

TX_DEFAULT, STATION_MAX = ProfilePurpose.TX_DEFAULT, ProfilePurpose.STATION_MAX
SINGLE = small_site(place("G-01", "level-1", 6.5), place("G-02", "level-1", 6.5))
TWIN = small_site(
    place("G-01", "level-1", 8.0), replace(place("G-01", "level-2", 6.0), evse=EvseId("G-01", 2))
)


def standing(purpose: ProfilePurpose, at: Place, style: Style) -> ProfileForm:
    return ProfileForm(purpose, at, style, is_standing=True)


def only_daily(_number: int, profile: ChargingProfile) -> bool:
    return profile.recurrence is Recurrence.DAILY


FORMS: dict[str, tuple[Rule, ProfileForm, int]] = {
    "all": (refuses(), standing(TX_DEFAULT, Place.EVSE, Style.PLAIN), 2),
    "no phases": (
        lambda _number, profile: profile.phases is None,
        standing(TX_DEFAULT, Place.EVSE, Style.NO_PHASES),
        3,
    ),
    "whole amperes": (
        lambda _number, profile: profile.periods[0].limit.is_integer(),
        standing(TX_DEFAULT, Place.EVSE, Style.WHOLE),
        4,
    ),
    "a start": (
        lambda _number, profile: profile.starts_at is not None and profile.recurrence is None,
        standing(TX_DEFAULT, Place.EVSE, Style.ABSOLUTE),
        5,
    ),
    "an end": (only_daily, standing(TX_DEFAULT, Place.EVSE, Style.DAILY), 6),
    "watts": (
        lambda _number, profile: profile.unit is RateUnit.WATT,
        standing(TX_DEFAULT, Place.EVSE, Style.OTHER_UNIT),
        7,
    ),
    "several at once": (
        lambda _number, profile: profile.starts_at is not None and profile.phases is None,
        standing(TX_DEFAULT, Place.EVSE, Style.BARE),
        8,
    ),
    "the station's default": (
        lambda number, _profile: number == 0,
        standing(TX_DEFAULT, Place.STATION, Style.PLAIN),
        8,
    ),
    "the station's maximum": (
        refuses(TX_DEFAULT),
        standing(STATION_MAX, Place.STATION, Style.PLAIN),
        15,
    ),
}


@pytest.mark.parametrize(("takes", "form", "offers"), FORMS.values(), ids=FORMS.keys())
def test_fallback_is_offered_form_by_form_and_what_was_taken_first_is_first_for_the_next(
    database_file: Path, takes: Rule, form: ProfileForm, offers: int
) -> None:
    @in_virtual_time
    async def check() -> None:
        stubborn = Stubborn(takes)
        async with settled(database_file, SINGLE, stubborn) as office:
            await come(office, "G-01")
            evse = office.evse("G-01/1")
            assert evse.allowance.standing is Standing.HELD
            assert evse.held is not None
            assert evse.held.form == form
            assert len(stubborn.offered) == offers  # the last one of them for all connectors
            taken = len(stubborn.offered)
            await come(office, "G-02")
            second = stubborn.offered[taken]
            assert office.evse("G-02/1").held == evse.held
            assert stubborn.takes(*second)
        async with open_office(database_file, SINGLE) as office:
            assert office.evse("G-01/1").held == evse.held
            assert office.live.stations["G-01"].make is None  # it never introduced itself
            station = office.live.stations["G-02"]
            station.make = MAKE
            assert office.live.dialects.of(station).of(form).is_accepted

    check()


@in_virtual_time
async def test_another_firmware_begins_anew(database_file: Path) -> None:
    stubborn = Stubborn(lambda _number, profile: profile.phases is None)
    async with settled(database_file, SINGLE, stubborn) as office:
        await come(office, "G-01")
        stubborn.offered.clear()
        await come(office, "G-01", make=replace(MAKE, firmware="2.0"))
        assert stubborn.offered[0][1].phases == 3


@in_virtual_time
async def test_station_that_knows_no_purpose_is_not_asked_for_its_styles(
    database_file: Path,
) -> None:
    stubborn = Stubborn(lambda _number, _profile: False, CommandStatus.NOT_SUPPORTED)
    async with settled(database_file, SINGLE, stubborn) as office:
        await come(office, "G-01")
        assert [(number, one.purpose) for number, one in stubborn.offered] == [
            (1, TX_DEFAULT),
            (0, TX_DEFAULT),
            (0, STATION_MAX),
            (0, TX_DEFAULT),
        ]
        assert office.evse("G-01/1").allowance.standing is Standing.REFUSED


@in_virtual_time
async def test_station_that_takes_no_fallback_is_told_to_the_operator(database_file: Path) -> None:
    stubborn = Stubborn(lambda _number, _profile: False)
    async with settled(database_file, SINGLE, stubborn) as office:
        await come(office, "G-01")
        assert office.evse("G-01/1").allowance.standing_a == 32.0
        [notice] = await office.rows("SELECT kind, body FROM station_notice")
        assert notice["kind"] == "limits_refused"
        assert '"limit":"fallback"' in notice["body"].replace(" ", "")


@in_virtual_time
async def test_maximum_of_a_station_of_several_evses_is_no_fallback(database_file: Path) -> None:
    stubborn = Stubborn(refuses(TX_DEFAULT))
    async with settled(database_file, TWIN, stubborn) as office:
        await come(office, "G-01")
        assert office.evse("G-01/1").allowance.standing is Standing.REFUSED
        assert {one.purpose for _, one in stubborn.offered} == {TX_DEFAULT}


@in_virtual_time
async def test_default_of_a_station_of_several_evses_is_their_lowest(database_file: Path) -> None:
    stubborn = Stubborn(lambda number, _profile: number == 0)
    async with settled(database_file, TWIN, stubborn) as office:
        await come(office, "G-01")
        for name in ("G-01/1", "G-01/2"):
            assert office.evse(name).allowance.standing is Standing.HELD
        [profile] = stubborn.of(TX_DEFAULT)
        assert profile.periods[0].limit == 6.0


@in_virtual_time
async def test_maximum_that_an_operator_has_set_does_not_lift_the_fallback(
    database_file: Path,
) -> None:
    stubborn = Stubborn(refuses(TX_DEFAULT))
    async with settled(database_file, SINGLE, stubborn) as office:
        foreign = ChargingProfile(
            profile_id=7,
            purpose=STATION_MAX,
            stack_level=4,
            unit=RateUnit.AMPERE,
            periods=(),
        )
        stubborn.held["G-01", 0, 7] = foreign
        await come(office, "G-01")
        [profile] = stubborn.of(STATION_MAX)
        assert (profile.profile_id, profile.stack_level) == (1500, 4)


def test_held_fallback_is_read_as_it_is_written() -> None:
    for style in Style:
        for at in Place:
            held = HeldFallback(standing(TX_DEFAULT, at, style), 3)
            assert parse_held(str(held)) == held
