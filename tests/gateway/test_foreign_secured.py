"""Somebody else's stations, the `ocpp` package's, over TLS and with passwords that are changed."""

from pathlib import Path
from typing import Any, Final

import pytest
from ocpp import v16, v201

from csms.service.password_rotation import PasswordRotation
from tests.gateway.secured import SECRET, Secured, basic
from tests.gateway.test_foreign_client import Station16, Station201, foreign, takes
from tests.gateway.test_tls import TLS, server, tls_gate
from tests.pki.maker import authority, client_context
from tests.service.conftest import blank_file, database_file

__all__ = ["blank_file", "database_file"]

BOOTS: Final[dict[str, Any]] = {
    "ocpp1.6": v16.call.BootNotification(charge_point_model="NL-22", charge_point_vendor="Nordlys"),
    "ocpp2.0.1": v201.call.BootNotification(
        charging_station={"model": "NL-22", "vendor_name": "Nordlys"}, reason="PowerUp"
    ),
}


class Keyed16(Station16):
    """A 1.6 station that takes another AuthorizationKey."""

    @takes("ChangeConfiguration")
    def on_change(self, **fields: Any) -> Any:
        self._note("ChangeConfiguration", fields)
        return v16.call_result.ChangeConfiguration(status="Accepted")

    @property
    def password(self) -> str:
        asked = self.asked["ChangeConfiguration"]
        assert asked["key"] == "AuthorizationKey"
        return str(asked["value"])


class Keyed201(Station201):
    """A 2.0.1 station that takes another BasicAuthPassword."""

    @takes("SetVariables")
    def on_set(self, **fields: Any) -> Any:
        self._note("SetVariables", fields)
        [asked] = fields["set_variable_data"]
        result = {name: asked[name] for name in ("component", "variable")}
        return v201.call_result.SetVariables([{**result, "attribute_status": "Accepted"}])

    @property
    def password(self) -> str:
        [asked] = self.asked["SetVariables"]["set_variable_data"]
        assert asked["component"] == {"name": "SecurityCtrlr"}
        assert asked["variable"] == {"name": "BasicAuthPassword"}
        return str(asked["attribute_value"])


KINDS: Final = {"ocpp1.6": Keyed16, "ocpp2.0.1": Keyed201}


@pytest.mark.parametrize("version", BOOTS)
async def test_station_over_tls_takes_a_new_password_and_comes_with_it(
    database_file: Path, version: str
) -> None:
    # OCPP 2.0.1 A01
    root = authority()
    async with tls_gate(database_file.parent, TLS, server(root)) as gate:
        tls = client_context(database_file.parent, root)
        old = {"tls": tls, **basic("G-01", SECRET)}
        async with foreign(gate.rig, version, "/ocpp/G-01", KINDS[version], **old) as station:
            booted = await station.call(BOOTS[version], suppress=False)
            assert booted.status == "Accepted"
            rotation = PasswordRotation(gate.security, gate.rig.registry)
            assert (await rotation.rotate("G-01")).is_accepted
            new = {"tls": tls, **basic("G-01", station.password)}
        assert await gate.is_served("/ocpp/G-01", version, **new)
        assert await is_refused(gate, version, **old)
        assert await gate.is_served("/ocpp/G-01", version, **new)


async def is_refused(gate: Secured, version: str, **options: Any) -> bool:
    return await gate.refusal("/ocpp/G-01", version, **options) == 401
