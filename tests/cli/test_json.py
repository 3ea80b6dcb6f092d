"""`--json`: what commands tell people in sentences and tables, they tell programs as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.rig import GARAGE, chargeflex, settings_file
from tests.cli.test_ca import config
from tests.cli.test_forecast import keep_models
from tests.cli.test_study import garage
from tests.pki.test_requests import OPERATOR

__all__ = ["config"]


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHARGEFLEX_DATABASE_URL", "CHARGEFLEX_CA_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)


def told(*args: object, code: int = 0) -> Any:
    """What a command tells programs."""
    ran = chargeflex(*args, "--json")
    assert ran.code == code, ran.err
    return json.loads(ran.out)


def test_site_file_is_described() -> None:
    assert told("config", "check", GARAGE) == {
        "file": str(GARAGE),
        "site_id": "fjordgata",
        "name": "Fjordgata housing association",
        "feeders": 4,
        "evses": 48,
        "earthing": "IT",
        "voltage_v": 230.0,
        "faults": [],
    }


def test_faults_of_a_site_file_are_listed_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("id: one\nname: 7\n", encoding="utf-8")
    document = told("config", "check", file, code=2)
    assert document["file"] == str(file)
    assert document["faults"][0] == {
        "line": 1,
        "key": "site",
        "message": "expected this key, it is missing",
    }
    wrong = {"line": 2, "key": "name", "message": "expected a valid string, got 7"}
    assert wrong in document["faults"]


def test_authority_tells_what_it_has_made(config: Path, tmp_path: Path) -> None:
    pki = tmp_path / "pki"
    where = ("--config", config)
    assert told("ca", "init", *where, "--organization", OPERATOR) == {
        "certificate": f"{pki}/ca.pem",
        "is_key_locked": False,
    }
    assert told("ca", "server-cert", "csms", "192.0.2.7", *where) == {
        "certificate": f"{pki}/server.pem",
        "key": f"{pki}/server.key",
        "hosts": ["csms", "192.0.2.7"],
    }
    assert told("ca", "renew-crl", *where) == {"crl": f"{pki}/crl.pem"}


def test_model_of_stays_is_told_with_its_scores(tmp_path: Path) -> None:
    keep_models(tmp_path, 1)
    document = told("forecast", "show", "--config", settings_file(tmp_path))
    assert (document["version"], document["zone"]) == (1, "Europe/Oslo")
    assert document["sites"]["garage"]["stays"] == 1412
    assert document["sites"]["garage"]["scores"]["energy"] == {
        "count": 80,
        "loss": 1400.0,
        "baseline_loss": 2000.0,
        "held": 0.79,
        "is_used": True,
    }
    assert document["drivers"] == {"energy": [{"name": "hour", "share": 0.2}], "stay": []}


def test_study_tells_its_rows(tmp_path: Path) -> None:
    way = ("--weeks", 1, "--jobs", 1, "--seeds", 1, "--limit-kw", 23)
    document = told(
        *("study", garage(tmp_path), "--out", tmp_path / "out", *way),
        *("--policies", "uncontrolled"),
    )
    assert document["files"] == [f"{tmp_path}/out/study.html", f"{tmp_path}/out/study.csv"]
    assert {row["policy"] for row in document["rows"]} == {"uncontrolled"}
    assert all(row["capacity"]["half"] == 0.0 for row in document["rows"])


def test_export_tells_how_much_it_has_written(tmp_path: Path) -> None:
    settings, out = settings_file(tmp_path), tmp_path / "transactions.csv"
    asked = ("--what", "transactions", "--out", out, "--config", settings)
    assert told("export", *asked) == {"rows": 0, "file": str(out)}
