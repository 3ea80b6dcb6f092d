"""What a settings file comes to."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

import pytest

from csms.app import App
from csms.cli.serving import read_settings, run_until_ended
from csms.domain.security import SecurityProfile
from csms.gateway.tls import CertificateFiles, TlsSettings
from csms.pki.own_authority import CaSettings, IssuerSettings
from csms.pki.supplier import SupplierSettings
from csms.pki.vehicle_pki import VehiclePkiSettings
from csms.service.requirements import SecurityPolicy
from tests.cli.rig import chargeflex
from tests.settings.test_app_file import SITE

PATIENCE_S: Final = 60.0
NONE, PASSWORD, TLS, CERTIFICATE = SecurityProfile


def written(folder: Path, ocpp: str) -> Path:
    (folder / "one.yaml").write_text(SITE.format(name="one", charger="G-01"))
    (folder / "app.yaml").write_text(f"sites: [one.yaml]\nocpp: {ocpp}\n")
    return folder / "app.yaml"


OWN = "tls: {certificates: [{chain: own.pem, key: keys/own.key}]"


@pytest.mark.parametrize(
    ("ocpp", "policy"),
    [
        ("{}", SecurityPolicy(profile=PASSWORD, most=PASSWORD)),
        ("{security_profile: 0}", SecurityPolicy(profile=NONE, most=PASSWORD)),
        (f"{{{OWN}}}}}", SecurityPolicy(profile=TLS, most=TLS)),
        (f"{{security_profile: 1, {OWN}}}}}", SecurityPolicy(profile=PASSWORD, most=TLS)),
        (
            f"{{{OWN}, client_ca: c, operator: Fjord}}}}",
            SecurityPolicy(profile=TLS, most=CERTIFICATE, operator="Fjord"),
        ),
    ],
)
def test_stations_need_the_best_that_every_one_of_them_can_have(
    tmp_path: Path, ocpp: str, policy: SecurityPolicy
) -> None:
    settings, _ = read_settings(written(tmp_path, ocpp))
    assert settings.security == policy


def test_files_are_found_beside_the_settings(tmp_path: Path) -> None:
    ocpp = f"{{host: 0.0.0.0, {OWN}, port: 9443, client_ca: c.pem, crl: [/pki/crl.pem, v2g.crl]}}}}"
    settings, _ = read_settings(written(tmp_path, ocpp))
    assert settings.gateway.tls == TlsSettings(
        host="0.0.0.0",  # noqa: S104 - nothing listens
        port=9443,
        certificates=(CertificateFiles(tmp_path / "own.pem", tmp_path / "keys" / "own.key"),),
        client_ca=(tmp_path / "c.pem",),
        crl=(Path("/pki/crl.pem"), tmp_path / "v2g.crl"),
        min_version="1.2",
    )


def test_authorities_and_those_who_are_asked_are_found_beside_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHARGEFLEX_CA_PASSPHRASE", "CHARGEFLEX_CONTRACT_SUPPLIER_HEADERS"):
        monkeypatch.delenv(name, raising=False)
    path = written(tmp_path, "{}")
    (tmp_path / "headers").write_text("Authorization: Bearer x\n")
    path.write_text(
        path.read_text()
        + "ca: {station_days: 100, v2g: {folder: vehicles}}\n"
        + "plug_and_charge:\n"
        + "  roots: roots\n"
        + "  responders: [ocsp.example.org, '127.0.0.1:8888', '[::1]:80']\n"
        + "  supplier: {url: 'https://contracts.example.org/', headers_file: headers}\n"
    )
    settings, _ = read_settings(path)
    assert settings.ca == CaSettings(
        station=IssuerSettings(folder=tmp_path / "pki", days=100),
        v2g=IssuerSettings(folder=tmp_path / "vehicles", days=90),
    )
    assert settings.vehicles == VehiclePkiSettings(
        roots=(tmp_path / "roots",),
        responders=("ocsp.example.org", "127.0.0.1:8888", "[::1]:80"),
        ocsp_timeout_s=4.0,
        supplier=SupplierSettings(
            url="https://contracts.example.org/",
            timeout_s=20.0,
            headers={"Authorization": "Bearer x"},
        ),
    )
    monkeypatch.setenv("CHARGEFLEX_CONTRACT_SUPPLIER_HEADERS", "X-Key: 1")
    settings, _ = read_settings(path)
    assert settings.vehicles is not None
    assert settings.vehicles.supplier is not None
    assert settings.vehicles.supplier.headers == {"X-Key": "1"}


def test_server_does_not_start_with_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("nonsense")
    config = written(tmp_path, f"{{port: 0, {OWN}, port: 0}}}}")
    config.write_text(config.read_text() + "http: {port: 0}\nhistory: {folder: null}\n")
    ran = chargeflex("serve", "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == f"{tmp_path}/own.pem: expected certificates in PEM"


class FakeApp:
    """Serves until it is told to read its certificates again."""

    def __init__(self) -> None:
        self.reloaded = asyncio.Event()

    async def serve(self, _stop: asyncio.Event, on_ready: Callable[[], None]) -> None:
        on_ready()
        async with asyncio.timeout(PATIENCE_S):
            await self.reloaded.wait()

    async def reload_certificates(self) -> None:
        self.reloaded.set()


async def test_hangup_reads_the_certificates_again() -> None:
    app = FakeApp()
    await run_until_ended(cast(App, app), lambda: os.kill(os.getpid(), signal.SIGHUP))
    assert app.reloaded.is_set()
