"""Tokens of grid companies, as the command line makes them."""

from hashlib import sha256

from typer.testing import CliRunner

from csms.cli import app


def made() -> dict[str, str]:
    result = CliRunner().invoke(app, ["grid", "token"])
    assert result.exit_code == 0
    return dict(line.split(": ") for line in result.output.splitlines())


def test_token_is_long_random_and_told_with_its_hash() -> None:
    first, second = made(), made()
    assert len(first["token"]) == 43
    assert first["token"] != second["token"]
    assert first["token_sha256"] == sha256(first["token"].encode()).hexdigest()
