import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from csms.domain.certificate import CertificateKind, Refused, Signed
from csms.domain.errors import CertificateFileError, InvalidInputError
from csms.pki.authority import FolderAuthority
from csms.pki.own_authority import CaSettings, IssuerSettings, OwnAuthority
from csms.pki.reading import read_certificates, read_crl
from csms.pki.requests import Bearer
from csms.pki.revocation import read_revocations
from tests.pki.maker import TODAY, key, make, name_of, pem
from tests.pki.maker import authority as made_authority
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
    signed = authority.sign(Bearer(station_id="G-01"), request(name_of("G-01"), kind), TODAY, 365)
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
    assert authority.sign(Bearer(station_id="G-01"), "nonsense", TODAY, 365) == Refused(
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
    signed = [
        authority.sign(Bearer(station_id="G-01"), request(name_of("G-01")), TODAY, 365)
        for _ in range(3)
    ]
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
    revocations = read_revocations([tmp_path / "pki" / "crl.pem"], authorities, TODAY)
    assert [revocations.has(one) for one in certificates] == [True, True, False]
    assert numbers == [2, 3]


def own(folder: Path, *, with_v2g: bool = True) -> CaSettings:
    """Authorities for both uses: the operator's, and one for vehicles that somebody else runs."""
    if with_v2g:
        FolderAuthority.create(folder / "v2g", "V2G", TODAY, name="V2G CA")
    return CaSettings(
        station=IssuerSettings(folder=folder / "pki", days=60),
        v2g=IssuerSettings(folder=folder / "v2g", days=40) if with_v2g else None,
    )


def certificate_in(signed: Signed | Refused) -> x509.Certificate:
    assert isinstance(signed, Signed), signed
    return x509.load_pem_x509_certificates(signed.chain.encode())[0]


async def test_own_authority_signs_for_this_server_alone_without_one_for_vehicles(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    signs = OwnAuthority(own(tmp_path, with_v2g=False), FakeClock())
    text = request(name_of("G-01"))
    signed = await signs.sign("G-01", text, CertificateKind.STATION)
    assert isinstance(signed, Signed)
    assert signed.certificate.not_after == NOON + timedelta(days=60)
    refused = await signs.sign("G-01", text, CertificateKind.V2G)
    assert isinstance(refused, Refused)
    for_both = await signs.sign("G-01", text, CertificateKind.COMBINED)
    assert isinstance(for_both, Signed)
    assert for_both.certificate.kind is CertificateKind.STATION


@pytest.mark.parametrize("kind", [CertificateKind.V2G, CertificateKind.COMBINED])
async def test_what_vehicles_are_shown_is_signed_by_the_authority_that_they_know(
    authority: FolderAuthority, tmp_path: Path, kind: CertificateKind
) -> None:
    signs = OwnAuthority(own(tmp_path), FakeClock())
    signed = await signs.sign("G-01", request(name_of("G-01")), kind)
    certificate = certificate_in(signed)
    certificate.verify_directly_issued_by(read_certificates(tmp_path / "v2g" / "ca.pem")[0])
    assert told(certificate.subject, NameOID.COMMON_NAME) == ["G-01"]
    assert told(certificate.subject, NameOID.ORGANIZATION_NAME) == [OPERATOR]
    assert told(certificate.subject, NameOID.DOMAIN_COMPONENT) == ["CPO"]
    assert isinstance(signed, Signed)
    assert signed.certificate.kind is kind
    assert signed.certificate.not_after == NOON + timedelta(days=40)


async def test_vehicles_may_know_a_station_by_another_name_and_this_server_may_not(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    # OCPP 2.0.1 A02: the common name for vehicles is the value of SeccId
    signs = OwnAuthority(own(tmp_path), FakeClock())
    text, names = request(name_of("NOFJCE1")), frozenset({"NOFJCE1"})
    signed = await signs.sign("G-01", text, CertificateKind.V2G, names)
    certificate = certificate_in(signed)
    assert isinstance(signed, Signed)
    assert signed.certificate.name == "NOFJCE1"
    assert told(certificate.subject, NameOID.COMMON_NAME) == ["NOFJCE1"]
    for kind in (CertificateKind.STATION, CertificateKind.COMBINED):
        assert await signs.sign("G-01", text, kind, names) == Refused(
            "expected the common name 'G-01', got ['NOFJCE1']"
        )


async def test_key_that_vehicles_do_not_understand_is_refused(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    signs = OwnAuthority(own(tmp_path), FakeClock())
    text = request(name_of("G-01"), "RSA-2048")
    assert await signs.sign("G-01", text, CertificateKind.V2G) == Refused(
        "expected an elliptic curve key, as vehicles want (ISO 15118)"
    )


async def test_certificate_by_which_a_station_could_not_come_back_is_not_signed(
    authority: FolderAuthority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = own(tmp_path)
    station, v2g = (read_certificates(tmp_path / name / "ca.pem") for name in ("pki", "v2g"))
    text = request(name_of("G-01"))
    signs = OwnAuthority(settings, FakeClock(), let_in=station)
    assert f"does not name the authority in {tmp_path}/v2g" in caplog.text
    assert isinstance(await signs.sign("G-01", text, CertificateKind.COMBINED), Refused)
    assert isinstance(await signs.sign("G-01", text, CertificateKind.V2G), Signed)
    assert isinstance(await signs.sign("G-01", text, CertificateKind.STATION), Signed)
    signs = OwnAuthority(settings, FakeClock(), let_in=v2g)
    assert await signs.sign("G-01", text, CertificateKind.STATION) == Refused(
        "stations cannot connect by what this CA signs"
    )
    signs = OwnAuthority(settings, FakeClock(), let_in=[*station, *v2g])
    assert isinstance(await signs.sign("G-01", text, CertificateKind.COMBINED), Signed)


def test_authority_below_another_sends_what_leads_to_its_root(tmp_path: Path) -> None:
    root = made_authority("Root")
    FolderAuthority.create(tmp_path, OPERATOR, TODAY)
    secret = load_pem_private_key((tmp_path / "ca.key").read_bytes(), None)
    sub = make(name_of("Sub", OPERATOR), root, is_ca=True, secret=secret)
    (tmp_path / "ca.pem").write_bytes(pem(sub.certificate) + pem(root.certificate))
    below = FolderAuthority(tmp_path)
    signed = below.sign(Bearer(station_id="G-01"), request(name_of("G-01")), TODAY, 30)
    assert isinstance(signed, Signed)
    own_one, *path = x509.load_pem_x509_certificates(signed.chain.encode())
    own_one.verify_directly_issued_by(sub.certificate)
    assert path == [sub.certificate]
    assert below.is_below([root.certificate])


def test_lists_of_several_authorities_count_together(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    revoked = []
    for folder in folders:
        one = FolderAuthority.create(folder, OPERATOR, TODAY, name=folder.name)
        signed = one.sign(Bearer(station_id="G-01"), request(name_of("G-01")), TODAY, 30)
        revoked.append(certificate_in(signed))
        one.revoke([revoked[-1].serial_number], TODAY)
    authorities = [one for folder in folders for one in read_certificates(folder / "ca.pem")]
    lists = read_revocations([folder / "crl.pem" for folder in folders], authorities, TODAY)
    assert [lists.has(one) for one in (*revoked, *authorities)] == [True, True, False, False]


async def test_certificates_are_revoked_by_who_has_signed_them(
    authority: FolderAuthority, tmp_path: Path
) -> None:
    signs = OwnAuthority(own(tmp_path), FakeClock())
    text = request(name_of("G-01"))
    signed = {kind: await signs.sign("G-01", text, kind) for kind in CertificateKind}
    kept = [one.certificate for one in signed.values() if isinstance(one, Signed)]
    await signs.revoke(kept)
    lists = {
        name: {one.serial_number for one in read_crl(tmp_path / name / "crl.pem")}
        for name in ("pki", "v2g")
    }
    serials = {kind: certificate_in(one).serial_number for kind, one in signed.items()}
    assert lists == {
        "pki": {serials[CertificateKind.STATION]},
        "v2g": {serials[CertificateKind.V2G], serials[CertificateKind.COMBINED]},
    }
    alone = OwnAuthority(CaSettings(station=IssuerSettings(folder=tmp_path / "pki")), FakeClock())
    with pytest.raises(InvalidInputError, match="expected the authority that signed"):
        await alone.revoke(kept)
