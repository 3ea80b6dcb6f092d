"""`chargeflex ca`: from nothing to a station that is let in by its certificate, and out again."""

import ssl
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.cli.rig import chargeflex, settings_file
from tests.pki.maker import name_of
from tests.pki.test_requests import OPERATOR, request


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHARGEFLEX_DATABASE_URL", "CHARGEFLEX_CA_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Settings with a folder for an authority."""
    path = settings_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "ca: {folder: pki}\n", encoding="utf-8")
    return path


def init(config: Path) -> Any:
    return chargeflex("ca", "init", "--config", config, "--organization", OPERATOR)


def test_authority_is_made_once(config: Path, tmp_path: Path) -> None:
    ran = init(config)
    assert ran.code == 0
    pki = tmp_path / "pki"
    assert ran.out == f"{pki}/ca.pem is what stations and ocpp.tls.client_ca trust.\n"
    assert ran.err == "The key is not locked: CHARGEFLEX_CA_PASSPHRASE is not set.\n"
    assert stat.S_IMODE((pki / "ca.key").stat().st_mode) == 0o600
    again = init(config)
    assert (again.code, again.out) == (2, "")
    assert "expected a folder without an authority" in again.err


def test_passphrase_of_the_environment_locks_the_key(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGEFLEX_CA_PASSPHRASE", "sesame")
    assert init(config).err == ""
    assert b"ENCRYPTED" in (tmp_path / "pki" / "ca.key").read_bytes()
    assert chargeflex("ca", "server-cert", "csms", "--config", config).code == 0
    monkeypatch.delenv("CHARGEFLEX_CA_PASSPHRASE")
    ran = chargeflex("ca", "server-cert", "csms", "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert "and its passphrase" in ran.err
    assert "sesame" not in ran.err


def test_servers_certificate_can_be_loaded_and_is_replaced(config: Path, tmp_path: Path) -> None:
    init(config)
    pki = tmp_path / "pki"
    serials = set()
    for _ in range(2):
        ran = chargeflex("ca", "server-cert", "csms.example.org", "192.0.2.7", "--config", config)
        assert ran.out == f"{pki}/server.pem is made out to csms.example.org, 192.0.2.7.\n"
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            pki / "server.pem", pki / "server.key"
        )
        certificate = x509.load_pem_x509_certificate((pki / "server.pem").read_bytes())
        serials.add(certificate.serial_number)
    assert len(serials) == 2
    assert stat.S_IMODE((pki / "server.key").stat().st_mode) == 0o600


def test_request_is_signed_by_hand_and_revoked(config: Path, tmp_path: Path) -> None:
    init(config)
    (tmp_path / "G-01.csr").write_text(request(name_of("G-01")))
    signed = chargeflex("ca", "sign", "G-01", tmp_path / "G-01.csr", "--config", config)
    assert (signed.code, signed.err) == (0, "")
    certificate = x509.load_pem_x509_certificate(signed.out.encode())
    crl_file = tmp_path / "pki" / "crl.pem"
    assert list(x509.load_pem_x509_crl(crl_file.read_bytes())) == []
    revoked = chargeflex("ca", "revoke", "G-01", "--config", config)
    assert (revoked.code, revoked.out) == (0, "Revoked: 1 of G-01.\n")
    [entry] = x509.load_pem_x509_crl(crl_file.read_bytes())
    assert entry.serial_number == certificate.serial_number
    again = chargeflex("ca", "revoke", "G-01", "--config", config)
    assert (again.code, again.err) == (
        2,
        "station_id: 'G-01' has no certificate signed here\n",
    )


@pytest.mark.parametrize("use", ["v2g", "both"])
def test_authority_for_vehicles_has_a_folder_and_a_list_of_its_own(
    config: Path, tmp_path: Path, use: str
) -> None:
    init(config)
    pki = tmp_path / "pki"
    asked = ("ca", "init", "--v2g", "--config", config, "--organization", "V2G")
    refused = chargeflex(*asked)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        f"ca.v2g: expected the key v2g of ca in {config}, such as v2g: {{folder: pki/v2g}}\n"
    )
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("{folder: pki}", "{folder: pki, v2g: {}}"), encoding="utf-8")
    assert chargeflex(*asked).out == f"{pki}/v2g/ca.pem is what vehicles have to trust.\n"
    (tmp_path / "G-01.csr").write_text(request(name_of("G-01")))
    sign = ("ca", "sign", "G-01", tmp_path / "G-01.csr", "--config", config)
    by = {}
    for wanted in ("station", use):
        signed = chargeflex(*sign, "--use", wanted)
        assert (signed.code, signed.err) == (0, "")
        by[wanted] = x509.load_pem_x509_certificate(signed.out.encode())
    root = x509.load_pem_x509_certificate((pki / "v2g" / "ca.pem").read_bytes())
    by[use].verify_directly_issued_by(root)
    assert chargeflex("ca", "revoke", "G-01", "--config", config).out == "Revoked: 2 of G-01.\n"
    for folder, wanted in ((pki, "station"), (pki / "v2g", use)):
        [entry] = x509.load_pem_x509_crl((folder / "crl.pem").read_bytes())
        assert entry.serial_number == by[wanted].serial_number
    renewed = chargeflex("ca", "renew-crl", "--v2g", "--config", config)
    assert renewed.out == f"{pki}/v2g/crl.pem is signed anew.\n"


def test_list_is_signed_anew_without_anybody_new_on_it(config: Path, tmp_path: Path) -> None:
    init(config)
    ran = chargeflex("ca", "renew-crl", "--config", config)
    assert (ran.code, ran.out) == (0, f"{tmp_path}/pki/crl.pem is signed anew.\n")
    crl = x509.load_pem_x509_crl((tmp_path / "pki" / "crl.pem").read_bytes())
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert (number, list(crl)) == (2, [])


def test_request_of_another_station_is_not_signed(config: Path) -> None:
    init(config)
    ran = chargeflex("ca", "sign", "G-01", "-", "--config", config, stdin=request(name_of("G-02")))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "request: expected the common name 'G-01', got ['G-02']\n"


@pytest.mark.parametrize(
    "line", ["init --organization X", "server-cert csms", "revoke G-01", "renew-crl", "sign G-01 -"]
)
def test_settings_without_an_authority_are_one_clear_line(tmp_path: Path, line: str) -> None:
    path = settings_file(tmp_path)
    ran = chargeflex("ca", *line.split(), "--config", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"ca: expected the key ca in {path}, such as ca: {{folder: pki}}\n"


def test_server_does_not_start_without_the_authority_that_its_settings_name(
    config: Path, tmp_path: Path
) -> None:
    ran = chargeflex("serve", "--config", config)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"{tmp_path}/pki/ca.pem: cannot be read: No such file or directory\n"
