"""Files of certificates that cannot be used are refused with what was expected of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from csms.domain.errors import CertificateFileError
from csms.domain.security_event import OwnEvent
from csms.gateway.tls import CertificateFiles, StationContext, TlsSettings, load_tls, words_on_end
from tests.pki.maker import TODAY, authority, key, make, name_of, pem, revoking


def ignore(_kind: OwnEvent, _words: str) -> None:
    """Nobody shakes hands here."""


def load(folder: Path, client_ca: Path | None = None, crl: Path | None = None) -> StationContext:
    files = CertificateFiles(folder / "own.pem", folder / "own.key")
    settings = TlsSettings(
        certificates=(files,),
        client_ca=(client_ca,) if client_ca else (),
        crl=(crl,) if crl else (),
    )
    return load_tls(settings, ignore)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that can be used."""
    make(name_of("csms")).write(tmp_path, "own")
    (tmp_path / "clients.pem").write_bytes(pem(authority("Stations").certificate))
    (tmp_path / "crl.pem").write_bytes(revoking(authority("Stations")))
    return tmp_path


def test_good_files_are_used(folder: Path) -> None:
    load(folder, client_ca=folder / "clients.pem", crl=folder / "crl.pem")


@pytest.mark.parametrize("kind", ["RSA-1024", "P-192"])
def test_weak_key_is_refused(folder: Path, kind: str) -> None:
    # OCPP 2.0.1 A00.FR.502, A00.FR.503
    make(name_of("csms"), kind=kind).write(folder, "own")
    expected = {
        "RSA-1024": "expected an RSA key of at least 2048 bits, got 1024",
        "P-192": "expected a curve of at least 224 bits, got 192",
    }[kind]
    with pytest.raises(CertificateFileError) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/own.pem: certificate CN=csms is too weak: {expected}"


def test_certificate_of_a_weak_authority_is_refused(folder: Path) -> None:
    weak = authority("Weak")
    weak = make(weak.certificate.subject, kind="RSA-1024", is_ca=True)
    (folder / "clients.pem").write_bytes(pem(weak.certificate))
    with pytest.raises(CertificateFileError, match=r"clients\.pem: certificate .* is too weak"):
        load(folder, client_ca=folder / "clients.pem")


def nowhere(folder: Path) -> None:
    (folder / "own.pem").unlink()


def nonsense(folder: Path) -> None:
    (folder / "own.pem").write_text("nonsense")


def no_key(folder: Path) -> None:
    (folder / "own.key").unlink()


def other_key(folder: Path) -> None:
    certificate = (folder / "own.pem").read_bytes()
    make(name_of("csms"), kind="RSA-2048").write(folder, "own")
    (folder / "own.pem").write_bytes(certificate)


def locked_key(folder: Path) -> None:
    locked = serialization.BestAvailableEncryption(b"secret")
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "own.key").write_bytes(key().private_bytes(encoding, shape, locked))


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (nowhere, "own.pem: cannot be read: No such file or directory"),
        (nonsense, "own.pem: expected certificates in PEM"),
        (no_key, "own.key: cannot be read: No such file or directory"),
        (other_key, "own.key: expected the private key of"),
        (locked_key, "own.key: expected the private key of"),
    ],
)
def test_file_that_does_not_fit_is_named(
    folder: Path, spoil: Callable[[Path], None], complaint: str
) -> None:
    spoil(folder)
    with pytest.raises(CertificateFileError) as caught:
        load(folder)
    assert str(caught.value).startswith(f"{folder}/{complaint}")


def test_revocation_list_of_somebody_else_is_refused(folder: Path) -> None:
    (folder / "crl.pem").write_bytes(revoking(authority("Somebody else")))
    with pytest.raises(CertificateFileError, match="expected a list signed by one of the client"):
        load(folder, client_ca=folder / "clients.pem", crl=folder / "crl.pem")


def test_forged_revocation_list_is_refused(folder: Path) -> None:
    forger = make(authority("Stations").certificate.subject, kind="RSA-2048", is_ca=True)
    (folder / "crl.pem").write_bytes(revoking(forger))
    with pytest.raises(CertificateFileError, match="expected a list signed by one of the client"):
        load(folder, client_ca=folder / "clients.pem", crl=folder / "crl.pem")


def test_list_that_is_out_of_date_counts_and_is_complained_of(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    revoked = make(name_of("G-01"), authority("Stations"))
    late = revoking(authority("Stations"), revoked, days=(-9, -1))
    (folder / "crl.pem").write_bytes(late)
    context = load(folder, client_ca=folder / "clients.pem", crl=folder / "crl.pem")
    assert context.revocations is not None
    assert context.revocations.has(revoked.certificate)
    assert "the revocation list should have been renewed by" in caplog.text


def test_certificate_that_soon_expires_is_complained_of(folder: Path) -> None:
    make(name_of("csms"), days=(-9, 20)).write(folder, "own")
    context = load(folder)
    [words] = words_on_end(context, TODAY)
    assert f"{folder}/own.pem: this server's certificate ends at " in words
    [words] = words_on_end(context, TODAY + timedelta(days=21))
    assert "this server's certificate ended at " in words
    assert words_on_end(context, TODAY - timedelta(days=11)) == []
