"""What operators may not ask of a station."""

from dataclasses import replace
from typing import Any

import pytest

from csms.domain.authorization import IdToken
from csms.domain.charging_profile import ChargingProfile, ProfilePeriod, ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    Command,
    FetchLog,
    HandleCustomerData,
    NetworkInterface,
    ResetStation,
    SetNetworkProfile,
    SetProfile,
    StartCharging,
    WriteSetting,
    WriteVariables,
)
from csms.domain.device_model import Component, VariableName, VariableValue
from csms.domain.errors import CommandForbiddenError, InvalidInputError
from csms.domain.profile_form import Place, standing_forms, timed_forms
from csms.domain.station import RateUnit
from csms.service.command_rules import StationFacts, check_command
from csms.service.profile_writing import OUR_PROFILES, profile_id_of
from tests.service.rig import NOON

IDLE = StationFacts()
ABOVE = (ProfilePeriod(0, 6.1),)
"""A little more than the fallback."""
HOLDING = StationFacts(fallback_a={1: 6.0, 2: 8.0}, max_stack_level=8)
CHARGING = StationFacts(is_charging=True)


def profile(**more: Any) -> ChargingProfile:
    fields: dict[str, Any] = {
        "profile_id": 1,
        "purpose": ProfilePurpose.STATION_MAX,
        "stack_level": 0,
        "unit": RateUnit.AMPERE,
        "periods": (ProfilePeriod(0, 16.0), ProfilePeriod(60, 0.0)),
        "starts_at": NOON,
        **more,
    }
    return ChargingProfile(**fields)


def default(evse_number: int, **more: Any) -> SetProfile:
    """A default that nothing speaks against."""
    fields = {"purpose": ProfilePurpose.TX_DEFAULT, "periods": (ProfilePeriod(0, 6.0),), **more}
    return SetProfile(evse_number=evse_number, profile=profile(**fields))


def stray(evse_number: int = 1, **more: Any) -> SetProfile:
    """A limit of a transaction that does not run."""
    fields = {"purpose": ProfilePurpose.TX, "transaction": "over", "starts_at": None, **more}
    return SetProfile(evse_number=evse_number, profile=profile(**fields))


def start(evse_number: int | None = 1, **more: Any) -> StartCharging:
    """A start under a limit that nothing speaks against."""
    fields: dict[str, Any] = {
        "purpose": ProfilePurpose.TX,
        "periods": (ProfilePeriod(0, 6.0),),
        "starts_at": None,
        **more,
    }
    return StartCharging(
        id_token=IdToken("04A2"), evse_number=evse_number, profile=profile(**fields)
    )


def setting(name: str) -> WriteSetting:
    return WriteSetting(name, "2")


def variable(component: str, name: str) -> WriteVariables:
    named = VariableName(component=Component(name=component), name=name)
    return WriteVariables((VariableValue(variable=named, value="2"),))


def network(security_profile: int) -> SetNetworkProfile:
    return SetNetworkProfile(
        slot=1,
        url="wss://csms.example/",
        security_profile=security_profile,
        interface=NetworkInterface.WIRED_0,
    )


ALLOWED: dict[str, tuple[Command[Any], StationFacts]] = {
    "reset": (ResetStation(), CHARGING),
    "lower limit of the station": (SetProfile(evse_number=0, profile=profile()), CHARGING),
    "maximum below a fallback that is one": (
        SetProfile(evse_number=0, profile=profile(periods=(ProfilePeriod(0, 6.0),))),
        StationFacts(fallback_a={1: 6.0}, is_max_ours=True),
    ),
    "clear while nothing charges": (ClearProfiles(), IDLE),
    "start": (StartCharging(id_token=IdToken("04A2")), IDLE),
    "start under the fallback": (start(), HOLDING),
    "default under the fallback": (default(1), HOLDING),
    "default of the station under all fallbacks": (default(0, stack_level=1), HOLDING),
    "limit of a transaction that does not run": (stray(), HOLDING),
    "default of the station at the level of an EVSE's fallback": (
        default(0, stack_level=1),
        replace(HOLDING, held_levels=frozenset({(1, 1)})),
    ),
    "setting": (setting("HeartbeatInterval"), IDLE),
    "customer": (HandleCustomerData(customer="Anna", is_removed=True), CHARGING),
    "setting of another component": (setting("OCPPCommCtrlr.HeartbeatInterval"), IDLE),
    "variable": (variable("OCPPCommCtrlr", "HeartbeatInterval"), IDLE),
    "same security": (network(2), StationFacts(security_profile=2)),
    "security of nobody knows": (network(0), IDLE),
}


@pytest.mark.parametrize(("command", "facts"), ALLOWED.values(), ids=ALLOWED.keys())
def test_command_may_be_sent(command: Command[Any], facts: StationFacts) -> None:
    check_command(command, facts)


FORBIDDEN: dict[str, tuple[Command[Any], StationFacts, str]] = {
    **{
        f"profile {purpose}": (
            SetProfile(evse_number=0, profile=profile(purpose=purpose)),
            IDLE,
            "set_profile: it contends with the plan's limits",
        )
        for purpose in (ProfilePurpose.TX, ProfilePurpose.EXTERNAL)
    },
    "limit of a transaction beside one that runs": (
        stray(),
        CHARGING,
        "set_profile: it contends with the plan's limits: expected the id of a transaction",
    ),
    **{
        f"default {what}": (command, HOLDING, "set_profile: it contends with the plan's limits")
        for what, command in {
            "above the fallback": default(1, periods=ABOVE),
            "above the lowest fallback": default(0, stack_level=1, periods=ABOVE),
            "in watts": default(1, unit=RateUnit.WATT),
            "of an EVSE that nobody knows": default(7),
        }.items()
    },
    "maximum above a fallback that is one": (
        SetProfile(evse_number=0, profile=profile()),
        StationFacts(fallback_a={1: 6.0}, is_max_ours=True),
        "set_profile: it contends with the plan's limits: expected limits in A of at most 6 A",
    ),
    **{
        f"start {what}": (command, HOLDING, "start: it contends with the plan's limits")
        for what, command in {
            "above the fallback": start(periods=ABOVE),
            "anywhere": start(evse_number=None),
            "with a default": start(purpose=ProfilePurpose.TX_DEFAULT),
            "at an instant": start(starts_at=NOON),
            "of another transaction": start(transaction="tx-1"),
        }.items()
    },
    **{
        name: (setting(name), IDLE, "write_setting: keys and security profiles are changed by")
        for name in (
            "AuthorizationKey",
            " authorizationkey",
            "SecurityProfile",
            "BasicAuthPassword",
            "SecurityCtrlr.AdditionalRootCertificateCheck",
            "securityctrlr .Identity",
        )
    },
    "variable of security": (
        variable("SecurityCtrlr", "Identity"),
        IDLE,
        "write_variables: keys and security profiles",
    ),
    "password elsewhere": (variable("Other", "basicAuthPassword"), IDLE, "write_variables: keys"),
    "less security": (
        network(1),
        StationFacts(security_profile=2),
        "set_network_profile: expected security profile 2 or higher",
    ),
}


@pytest.mark.parametrize(("command", "facts", "cause"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_command_is_not_for_operators(
    command: Command[Any], facts: StationFacts, cause: str
) -> None:
    with pytest.raises(CommandForbiddenError) as error:
        check_command(command, facts)
    assert str(error.value).startswith(cause)


def station_max(evse_number: int = 0, **more: Any) -> SetProfile:
    return SetProfile(evse_number=evse_number, profile=profile(**more))


INVALID: dict[str, tuple[Command[Any], StationFacts, str]] = {
    "clear under a vehicle": (ClearProfiles(), CHARGING, "command"),
    "numbered job": (FetchLog(upload_to="ftp://h", request_id=4), IDLE, "request_id"),
    "start at the whole station": (
        StartCharging(id_token=IdToken("04A2"), evse_number=0),
        IDLE,
        "evse_number",
    ),
    "no customer": (HandleCustomerData(), IDLE, "command"),
    "two customers": (
        HandleCustomerData(customer="Anna", id_token=IdToken("04A2")),
        IDLE,
        "command",
    ),
    "nothing to do": (
        HandleCustomerData(customer="Anna", is_reported=False),
        IDLE,
        "is_reported",
    ),
    "default at the level of a fallback": (
        default(1, stack_level=4),
        replace(HOLDING, held_levels=frozenset({(1, 4)})),
        "profile.stack_level",
    ),
    "fallback's id": (station_max(profile_id=1000), IDLE, "profile.profile_id"),
    "limit's id": (station_max(profile_id=2099), IDLE, "profile.profile_id"),
    "one EVSE": (station_max(1), IDLE, "evse_number"),
    "relative": (station_max(starts_at=None), IDLE, "profile.starts_at"),
    "no periods": (station_max(periods=()), IDLE, "profile.periods"),
    "late start": (station_max(periods=(ProfilePeriod(1, 6.0),)), IDLE, "profile.periods"),
    "out of order": (
        station_max(periods=(ProfilePeriod(0, 6.0), ProfilePeriod(9, 6.0), ProfilePeriod(9, 7.0))),
        IDLE,
        "profile.periods",
    ),
    "default at the fallback's level": (default(1, stack_level=8), HOLDING, "profile.stack_level"),
    "default at the station's level": (default(0), HOLDING, "profile.stack_level"),
    "default with the fallback's id": (default(1, profile_id=1001), HOLDING, "profile.profile_id"),
    "start at the plan's level": (start(stack_level=8), HOLDING, "profile.stack_level"),
    "start with the plan's id": (start(profile_id=2001), HOLDING, "profile.profile_id"),
    "below zero": (station_max(periods=(ProfilePeriod(0, -1.0),)), IDLE, "profile.periods"),
}


@pytest.mark.parametrize(("command", "facts", "field"), INVALID.values(), ids=INVALID.keys())
def test_command_has_values_that_cannot_be_sent(
    command: Command[Any], facts: StationFacts, field: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        check_command(command, facts)
    assert error.value.field == field


@pytest.mark.parametrize("is_single", [True, False])
def test_ids_of_all_profiles_that_we_send_are_kept_from_operators(is_single: bool) -> None:
    standing = standing_forms(is_single=is_single)
    timed = [form for one in standing for form in timed_forms(one, 5, is_single=is_single)]
    for form in (*standing, *timed):
        assert {profile_id_of(form, 1), profile_id_of(form, 99)} <= set(OUR_PROFILES)


def test_profiles_of_different_slots_have_ids_of_their_own() -> None:
    forms = {(one.slot, one.is_standing): one for one in standing_forms(is_single=True)}
    for standing in tuple(forms.values()):
        for one in timed_forms(standing, 5, is_single=True):
            forms[one.slot, False] = one
    ids = {profile_id_of(form, number) for form in forms.values() for number in range(1, 100)}
    of_evses = [form for form in forms.values() if form.place is Place.EVSE]
    assert (len(forms), len(of_evses)) == (7, 3)
    assert len(ids) == 3 * 99 + 4  # those of whole stations are the same for all EVSEs
