"""How a station reaches a central system (B09)."""

from csms.domain.commands import Apn, SetNetworkProfile, Vpn
from csms.ocpp.frames import JsonObject
from csms.ocpp.wire import drop_absent


def encode_network_profile(command: SetNetworkProfile) -> JsonObject:
    """SetNetworkProfileRequest (B09), for this version, which stations write `OCPP20`."""
    connection = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": command.url,
        "messageTimeout": command.timeout_s,
        "securityProfile": command.security_profile,
        "ocppInterface": command.interface,
        "apn": command.apn and _write_apn(command.apn),
        "vpn": command.vpn and _write_vpn(command.vpn),
    }
    return {"configurationSlot": command.slot, "connectionData": drop_absent(connection)}


def _write_apn(apn: Apn) -> JsonObject:
    """An APNType (part 2 §2.3)."""
    return drop_absent(
        {
            "apn": apn.name,
            "apnUserName": apn.user,
            "apnPassword": apn.password,
            "simPin": apn.sim_pin,
            "preferredNetwork": apn.preferred_network,
            "useOnlyPreferredNetwork": apn.is_preferred_only or None,  # false is meant without it
            "apnAuthentication": apn.authentication,
        }
    )


def _write_vpn(vpn: Vpn) -> JsonObject:
    """A VPNType (part 2 §2.54)."""
    return drop_absent(
        {
            "server": vpn.server,
            "user": vpn.user,
            "group": vpn.group,
            "password": vpn.password,
            "key": vpn.key,
            "type": vpn.kind,
        }
    )
