import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from csms.domain.certificate import CertificateKind, Refused, Signed
from csms.domain.errors import CertificateFileError, InvalidInputError
from csms.pki.authority import FolderAuthority
from csms.pki.own_authority import OwnAuthority
from csms.pki.reading import read_certificates
from csms.pki.revocation import read_revocations
from tests.pki.maker import TODAY, key, name_of
from tests.pki.test_requests import OPERATOR, request
from tests.service.rig import NOON, FakeClock


@pytest.fixture
def authority(tmp_path: Path) -> FolderAuthority:
    return FolderAuthority.create(tmp_path / "pki", OPERATOR, TODAY)


def told(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(oid)]


def test_key_of_an_authority_is_its_owners_alone(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "pki").iterdir()}
    assert modes == {"ca.key": 0o600, "ca.pem": 0o644, "crl.pem": 0o644}


def test_authority_is_never_made_over_another(authority: FolderAuthority, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="expected a folder without an authority"):
        FolderAuthority.create(tmp_path / "pki", "Somebody", TODAY)
    assert FolderAuthority(tmp_path / "pki").organization == OPERATOR


def test_locked_key_opens_with_its_passphrase_only(tmp_path: Path) -> None:
    FolderAuthority.create(tmp_path, OPERATOR, TODAY, b"sesame")
    assert FolderAuthority(tmp_path, b"sesame").organization == OPERATOR
    for wrong in (None, b"open"):
        with pytest.raises(CertificateFileError, match=r"ca\.key: expected the key of ca\.pem"):
            FolderAuthority(tmp_path, wrong)


def test_folder_without_an_authority_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateFileError, match=r"ca\.pem: cannot be read"):
        FolderAuthority(tmp_path)


@pytest.mark.parametrize(("kind", "enciphers"), [("P-256", False), ("RSA-2048", True)])
def test_signed_certificate_says_whose_it_is_and_what_it_is_for(
    authority: FolderAuthority, tmp_path: Path, kind: str, enciphers: bool
) -> None:
    signed = authority.sign("G-01", request(name_of("G-01"), kind), TODAY, 365)
    assert isinstance(signed, Signed)
    certificate = x509.load_pem_x509_certificate(signed.chain.encode())
    assert told(certificate.subject, NameOID.COMMON_NAME) == ["G-01"]
    assert told(certificate.subject, NameOID.ORGANIZATION_NAME) == [OPERATOR]
    assert certificate.public_key() == key(kind).public_key()
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign) == (True, False)
    assert usage.key_encipherment is enciphers
    with pytest.raises(x509.ExtensionNotFound):  # A00.FR.514
        certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    root = read_certificates(tmp_path / "pki" / "ca.pem")[0]
    certificate.verify_directly_issued_by(root)
    assert certificate.not_valid_before_utc <= TODAY
    assert signed.certificate.serial == f"{certificate.serial_number:x}"
    assert signed.certificate.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
    whole_s = (TODAY + timedelta(days=365)).replace(microsecond=0)
    assert signed.certificate.not_after == whole_s


def test_request_that_may_not_be_signed_is_not(authority: FolderAuthority) -> None:
    assert authority.sign("G-01", "nonsense", TODAY, 365) == Refused(
        "expected a certificate signing request in PEM"
    )


def test_servers_certificate_is_good_for_every_name_it_is_reached_by(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    chain, _ = authority.issue_server(["csms.example.org", "192.0.2.7"], TODAY, 30)
    certificate = x509.load_pem_x509_certificate(chain)
    assert told(certificate.subject, NameOID.COMMON_NAME) == ["csms.example.org"]
    certificate.verify_directly_issued_by(read_certificates(tmp_path / "pki" / "ca.pem")[0])
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == ["csms.example.org"]
    assert [str(one) for one in found.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]


def test_revoked_certificates_stand_on_a_list_that_grows(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    signed = [authority.sign("G-01", request(name_of("G-01")), TODAY, 365) for _ in range(3)]
    certificates = [
        x509.load_pem_x509_certificate(one.chain.encode())
        for one in signed
        if isinstance(one, Signed)
    ]
    numbers = []
    for certificate in certificates[:2]:
        authority.revoke([certificate.serial_number], TODAY)
        crl = x509.load_pem_x509_crl((tmp_path / "pki" / "crl.pem").read_bytes())
        numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
    authorities = read_certificates(tmp_path / "pki" / "ca.pem")
    revocations = read_revocations(tmp_path / "pki" / "crl.pem", authorities, TODAY)
    assert [revocations.has(one) for one in certificates] == [True, True, False]
    assert numbers == [2, 3]


async def test_own_authority_signs_for_stations_but_not_for_vehicles(
    authority: FolderAuthority,
) -> None:
    own = OwnAuthority(authority, FakeClock(), 60)
    text = request(name_of("G-01"))
    signed = await own.sign("G-01", text, CertificateKind.STATION)
    assert isinstance(signed, Signed)
    assert signed.certificate.not_after == NOON + timedelta(days=60)
    refused = await own.sign("G-01", text, CertificateKind.V2G)
    assert isinstance(refused, Refused)
