"""HTTP beyond loopback needs TLS, or somebody who says that something else encrypts."""

from pathlib import Path

import pytest

from csms.domain.errors import SettingsError
from csms.settings.app_file import read_app
from tests.settings.test_app_file import folder

__all__ = ["folder"]

TLS = "tls: {chain: http.pem, key: http.key}"


def settings(folder: Path, http: str, more: str = "") -> Path:
    path = folder / "app.yaml"
    path.write_text(f"sites: [one.yaml]\nhttp: {{{http}}}\n{more}")
    return path


@pytest.mark.parametrize("host", ["0.0.0.0", "'::'", "192.0.2.7", "csms.example"])  # noqa: S104
def test_address_that_others_reach_is_refused_in_the_clear(folder: Path, host: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_app(settings(folder, f"host: {host}"))
    [fault] = refused.value.faults
    assert (fault.key, fault.line) == ("http.host", 2)
    assert fault.message == (
        "expected loopback, or http.tls with a certificate and its key; where a proxy with TLS "
        f"stands before it, http.without_tls: true; got '{host.strip(chr(39))}'"
    )


@pytest.mark.parametrize(
    "http",
    [
        f"host: 0.0.0.0, {TLS}",
        "host: 0.0.0.0, without_tls: true",
        *("host: 127.0.0.1", "host: '::1'", "host: localhost", "port: 8081"),
    ],
)
def test_address_that_is_encrypted_or_nobody_elses_is_taken(folder: Path, http: str) -> None:
    model, _ = read_app(settings(folder, http))
    assert model.http.host in http or "host" not in http


@pytest.mark.parametrize("http", [f"host: 0.0.0.0, {TLS}", "host: 0.0.0.0, without_tls: true"])
def test_open_access_is_refused_beyond_loopback_however_it_is_encrypted(
    folder: Path, http: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_app(settings(folder, http, "access: open\n"))
    [fault] = refused.value.faults
    assert (fault.key, fault.line) == ("access", 3)
    assert fault.message == "expected login beyond loopback, got open with http.host '0.0.0.0'"
