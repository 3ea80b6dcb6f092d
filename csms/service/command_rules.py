"""What operators may not ask of a station, and why.

Limits are the plan's: whoever sent others could lift them, and the guard would count on less than
what may be drawn. A profile for the whole station can only lower what is drawn, so that the
allowances may stay as they are. A limit of a transaction that does not run is the station's to
refuse; it is not relied on meanwhile. Keys and security profiles change hands only by the endpoints
for security, which keep what they have sent.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from csms.domain.charging_profile import ChargingProfile, ProfilePurpose
from csms.domain.commands import (
    ClearProfiles,
    Command,
    HandleCustomerData,
    Job,
    SetNetworkProfile,
    SetProfile,
    StartCharging,
    WriteSetting,
    WriteVariables,
)
from csms.domain.errors import CommandForbiddenError, InvalidInputError
from csms.domain.identity import WHOLE_STATION
from csms.domain.station import RateUnit
from csms.language.said import Said
from csms.service.profile_writing import OUR_PROFILES

_SECURITY_COMPONENT: Final = "securityctrlr"
_SECURITY_NAMES: Final = frozenset(
    {"authorizationkey", "basic_auth_password", "basicauthpassword", "securityprofile"}
)
_CONTENDS: Final = Said("it contends with the plan's limits")
_SECURITY: Final = Said(
    "keys and security profiles are changed by /stations/{id}/security, not by commands"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFacts:
    """What rules look at.

    Attributes:
        is_charging: Whether a transaction runs at the station.
        fallback_a: By EVSE number, what each holds as its fallback.
        max_stack_level: At which EVSEs hold it; the station as a whole holds one at level 0.
        held_levels: At which EVSEs (0: the station) and stack levels fallbacks stand.
        is_max_ours: The fallback stands as a maximum of the station: another maximum of a higher
            level would lift it.
        security_profile: The one that it uses, None if that is not known.
    """

    is_charging: bool = False
    fallback_a: Mapping[int, float] = field(default_factory=dict)
    max_stack_level: int = 0
    held_levels: frozenset[tuple[int, int]] = frozenset()
    is_max_ours: bool = False
    security_profile: int | None = None


def check_command(command: Command[Any], facts: StationFacts) -> None:
    """See that an operator may send a command.

    Raises:
        CommandForbiddenError: It is not for operators to send.
        InvalidInputError: It is not so as it is now, or not with these values.
    """
    if isinstance(command, Job) and command.request_id is not None:
        message = Said("expected none: jobs are numbered here, and the answer tells the number")
        raise InvalidInputError("request_id", message)
    rule = _RULES.get(type(command))
    if rule is not None:
        rule(command, facts)


def is_stray_limit(command: Command[Any]) -> bool:
    """Whether a command gives a limit to a transaction that the plan gives none: none that runs."""
    return isinstance(command, SetProfile) and command.profile.purpose is ProfilePurpose.TX


def _check_clear(_command: ClearProfiles, facts: StationFacts) -> None:
    if facts.is_charging:
        message = Said("expected no running transaction: its limits would be lifted")
        raise InvalidInputError("command", message)


def _check_start(command: StartCharging, facts: StationFacts) -> None:
    """A start may bring a limit for its transaction that is no higher than the fallback (K05)."""
    profile = command.profile
    if command.evse_number == WHOLE_STATION:
        raise InvalidInputError("evse_number", Said("expected 1 or more, or none for any EVSE"))
    if profile is None:
        return
    evse_number = command.evse_number or WHOLE_STATION
    is_plain = profile.starts_at is None and profile.transaction is None
    if profile.purpose is not ProfilePurpose.TX or evse_number == WHOLE_STATION or not is_plain:
        message = Said(
            "expected purpose tx at a named EVSE, without start and transaction (2.0.1 K05)"
        )
        raise CommandForbiddenError("start", _contends(message))
    _check_id(profile)
    _check_periods(profile)
    if profile.stack_level >= facts.max_stack_level:
        message = Said(
            "expected less than %(level)s, at which the plan's limits are",
            level=facts.max_stack_level,
        )
        raise InvalidInputError("profile.stack_level", message)
    _check_fallback("start", profile, facts, evse_number)


def _check_customer(command: HandleCustomerData, _facts: StationFacts) -> None:
    """One reference to a customer, and something to do (2.0.1 N09.FR.07, N09.FR.09)."""
    references = (command.id_token, command.customer, command.certificate)
    if sum(one is not None for one in references) != 1:
        raise InvalidInputError("command", Said("expected one of id_token, customer, certificate"))
    if not (command.is_reported or command.is_removed):
        raise InvalidInputError("is_reported", Said("expected that or is_removed"))


def _check_profile(command: SetProfile, facts: StationFacts) -> None:
    profile = command.profile
    if profile.purpose is ProfilePurpose.TX_DEFAULT:
        _check_default(command, facts)
        return
    if profile.purpose is ProfilePurpose.TX:
        _check_tx(command, facts)
        return
    if profile.purpose is not ProfilePurpose.STATION_MAX:
        expected = Said("expected purpose station_max, which can only lower what is drawn")
        raise CommandForbiddenError("set_profile", _contends(expected))
    _check_id(profile)
    if command.evse_number != WHOLE_STATION:
        raise InvalidInputError("evse_number", Said("expected 0: the limit of a whole station"))
    if profile.starts_at is None:
        message = Said("expected an instant: it cannot start with a transaction (2.0.1 K01.FR.38)")
        raise InvalidInputError("profile.starts_at", message)
    _check_periods(profile)
    if facts.is_max_ours:
        _check_fallback("set_profile", profile, facts, WHOLE_STATION)


def _check_tx(command: SetProfile, facts: StationFacts) -> None:
    """A limit of a transaction that does not run shows how a station refuses it (K01.FR.33).

    While a vehicle charges, a station that does not look at the transaction's id would take it for
    the one that runs.
    """
    profile = command.profile
    if facts.is_charging or profile.transaction is None:
        expected = Said("expected the id of a transaction, and none that runs at the station")
        raise CommandForbiddenError("set_profile", _contends(expected))
    if command.evse_number == WHOLE_STATION:
        raise InvalidInputError("evse_number", Said("expected 1 or more (2.0.1 K01.FR.16)"))
    _check_id(profile)
    _check_periods(profile)


def _check_default(command: SetProfile, facts: StationFacts) -> None:
    """A default beside the fallback may not let more be drawn than that (2.0.1 K01.FR.06)."""
    profile, evse_number = command.profile, command.evse_number
    _check_id(profile)
    _check_periods(profile)
    taken = 0 if evse_number == WHOLE_STATION else facts.max_stack_level
    level = profile.stack_level
    if level == taken or (evse_number, level) in facts.held_levels:
        message = Said(
            "expected another than %(level)s, at which the fallback is (2.0.1 K01.FR.06)",
            level=level,
        )
        raise InvalidInputError("profile.stack_level", message)
    _check_fallback("set_profile", profile, facts, evse_number)


def _check_id(profile: ChargingProfile) -> None:
    if profile.profile_id in OUR_PROFILES:
        message = Said(
            "expected an id outside of 1000 to 2999, which are the plan's: %(why)s", why=_CONTENDS
        )
        raise InvalidInputError("profile.profile_id", message)


def _check_fallback(
    command: str, profile: ChargingProfile, facts: StationFacts, evse_number: int
) -> None:
    """Where no limit is above the fallback, what is counted on stays true whichever wins."""
    fallbacks = facts.fallback_a
    if evse_number != WHOLE_STATION:
        fallbacks = {evse_number: fallbacks.get(evse_number, 0.0)}
    lowest_a = min(fallbacks.values(), default=0.0)
    is_low = all(period.limit <= lowest_a for period in profile.periods)
    if profile.unit is not RateUnit.AMPERE or not is_low:
        expected = Said("expected limits in A of at most %(most)g A, the fallback", most=lowest_a)
        raise CommandForbiddenError(command, _contends(expected))


def _contends(expected: Said) -> Said:
    return Said.row((_CONTENDS, expected), ": ")


def _check_periods(profile: ChargingProfile) -> None:
    starts_s = [period.start_s for period in profile.periods]
    if not starts_s or starts_s[0] != 0 or starts_s != sorted(set(starts_s)):
        message = Said(
            "expected periods in order of time, the first at 0 (2.0.1 K01.FR.31, K01.FR.35)"
        )
        raise InvalidInputError("profile.periods", message)
    if not all(math.isfinite(period.limit) and period.limit >= 0 for period in profile.periods):
        raise InvalidInputError("profile.periods", Said("expected limits of 0 or more"))


def _check_setting(command: WriteSetting, _facts: StationFacts) -> None:
    words = [word.strip() for word in command.name.lower().split(".")]
    _check_name("write_setting", words[0], words[-1])


def _check_variables(command: WriteVariables, _facts: StationFacts) -> None:
    for one in command.variables:
        name = one.variable
        _check_name(
            "write_variables", name.component.name.strip().lower(), name.name.strip().lower()
        )


def _check_name(command: str, component: str, name: str) -> None:
    if component == _SECURITY_COMPONENT or name in _SECURITY_NAMES:
        raise CommandForbiddenError(command, _SECURITY)


def _check_network(command: SetNetworkProfile, facts: StationFacts) -> None:
    """A station is not led back to less security (2.0.1 B09.FR.04)."""
    present = facts.security_profile
    if present is not None and command.security_profile < present:
        cause = Said(
            "expected security profile %(least)s or higher, which the station uses now",
            least=int(present),
        )
        raise CommandForbiddenError("set_network_profile", cause)


_RULES: Final[Mapping[type[Command[Any]], Callable[[Any, StationFacts], None]]] = {
    ClearProfiles: _check_clear,
    HandleCustomerData: _check_customer,
    SetNetworkProfile: _check_network,
    SetProfile: _check_profile,
    StartCharging: _check_start,
    WriteSetting: _check_setting,
    WriteVariables: _check_variables,
}
