"""Grid companies, as the settings file names them."""

from pathlib import Path
from typing import Final

import pytest

from csms.domain.grid_company import FeederRef, GridCompany
from csms.settings.app_file import read_app
from csms.settings.grid_schema import grid_companies
from tests.settings.complaints import complaint

SITE: Final = """\
site: one
timezone: Europe/Oslo
grid: {earthing: TN}
feeders:
  - {id: main, limit_a: 63, feeders: [{id: yard, limit_a: 40}]}
"""
HASH: Final = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site beside which a settings file may stand."""
    (tmp_path / "one.yaml").write_text(SITE, encoding="utf-8")
    return tmp_path


def text(*companies: str, more: str = "") -> str:
    lines = "".join(f"  - {{{one}}}\n" for one in companies)
    return f"sites: [one.yaml]\n{more}grid_companies:\n{lines}"


def read(folder: Path, *companies: str) -> tuple[GridCompany, ...]:
    (folder / "app.yaml").write_text(text(*companies), encoding="utf-8")
    return grid_companies(read_app(folder / "app.yaml")[0].grid_companies)


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    said = f"id: nett, token_sha256: {HASH}, feeders: [one/main]"
    assert read(folder, said) == (
        GridCompany(
            party_id="nett",
            name="nett",
            token_hashes=(HASH,),
            heartbeat_s=300.0,
            feeders=frozenset({FeederRef("one", "main")}),
        ),
    )


def test_group_says_what_part_each_feeder_has(folder: Path) -> None:
    [company] = read(
        folder,
        f"id: nett, name: Nett AS, heartbeat_s: null, token_sha256: [{HASH}], "
        "groups: [{id: area-7, shares: {one/main: 0.75, one/yard: 0.25}}]",
    )
    assert company.groups == {
        "area-7": {FeederRef("one", "main"): 0.75, FeederRef("one", "yard"): 0.25}
    }
    assert (company.name, company.heartbeat_s) == ("Nett AS", None)


@pytest.mark.parametrize(
    ("companies", "said"),
    [
        (
            [f"id: nett, token_sha256: {HASH}, feeders: [one/roof]"],
            (
                "app.yaml:3: grid_companies[0].feeders[0]: expected one of one/main, one/yard, got "
                "'one/roof'"
            ),
        ),
        (
            [f"id: nett, token_sha256: {HASH}, feeders: [main]"],
            (
                "app.yaml:3: grid_companies[0].feeders[0]: expected text that matches "
                r"^[^\s/:#?]+/[^\s/:#?]+$, got 'main'"
            ),
        ),
        (
            [f"id: nett, token_sha256: {HASH}"],
            "app.yaml:3: grid_companies[0]: expected feeders or groups that it may limit",
        ),
        (
            ["id: nett, token_sha256: secret, feeders: [one/main]"],
            (
                "app.yaml:3: grid_companies[0].token_sha256[0]: expected text that matches "
                "^[0-9a-f]{64}$, got 'secret'"
            ),
        ),
        (
            ["id: nett, feeders: [one/main]"],
            "app.yaml:3: grid_companies[0]: expected token_sha256, or mqtt: true, to be let in",
        ),
        (
            ["id: nett, mqtt: true, feeders: [one/main]"],
            "app.yaml:3: grid_companies[0].mqtt: expected mqtt with `orders: true` in this file",
        ),
        (
            [
                f"id: nett, token_sha256: {HASH}, feeders: [one/main]",
                f"id: nett, token_sha256: {HASH}, feeders: [one/main]",
            ],
            (
                "app.yaml:4: grid_companies[1].id: expected an id of its own, 'nett' is taken\n"
                "app.yaml:4: grid_companies[1].token_sha256: expected a token of its own"
            ),
        ),
        (
            [
                (
                    f"id: nett, token_sha256: {HASH}, "
                    "groups: [{id: a, shares: {one/main: 0.7, one/yard: 0.4}}]"
                )
            ],
            "app.yaml:3: grid_companies[0].groups[0].shares: expected at most 1 together, got 1.1",
        ),
        (
            [
                (
                    f"id: nett, token_sha256: {HASH}, "
                    "groups: [{id: a, shares: {one/main: 1}}, {id: a, shares: {one/hut: 1}}]"
                )
            ],
            (
                "app.yaml:3: grid_companies[0].groups[1].id: expected an id of its own, "
                "'a' is taken\n"
                "app.yaml:3: grid_companies[0].groups[1].shares.one/hut: expected one of one/main, "
                "one/yard, got 'one/hut'"
            ),
        ),
        (
            [f"id: nett, token_sha256: {HASH}, feeders: [one/main], heartbeat_s: 5"],
            (
                "app.yaml:3: grid_companies[0].heartbeat_s: expected greater than or equal to 10, "
                "got 5"
            ),
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(
    folder: Path, companies: list[str], said: str
) -> None:
    assert complaint(read_app, folder / "app.yaml", text(*companies)) == said


def test_by_mqtt_a_company_needs_no_token(folder: Path) -> None:
    more = "mqtt: {host: broker, orders: true}\n"
    said = text("id: nett, mqtt: true, feeders: [one/main]", more=more)
    (folder / "app.yaml").write_text(said, encoding="utf-8")
    [company] = grid_companies(read_app(folder / "app.yaml")[0].grid_companies)
    assert (company.takes_mqtt, company.token_hashes) == (True, ())
