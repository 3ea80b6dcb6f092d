"""`chargeflex config`: files are checked, and their schemas are what they are checked by."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.cli.rig import GARAGE, ROOT, chargeflex

SITES = sorted((ROOT / "config" / "sites").glob("*.yaml"))


def schema(*kind: str) -> dict[str, Any]:
    ran = chargeflex("config", "schema", *kind)
    assert (ran.code, ran.err) == (0, "")
    document: dict[str, Any] = json.loads(ran.out)
    jsonschema_rs.meta.validate(document)
    return document


def test_messages_are_printed_or_written_into_a_file(tmp_path: Path) -> None:
    frames = tmp_path / "v16"
    frames.mkdir()
    (frames / "Reset.hard.json").write_text("{}", "utf-8")
    printed = chargeflex("config", "messages", "--frames", str(tmp_path))
    assert (printed.code, printed.err) == (0, "")
    assert "| Reset | `reset` | `Reset.hard` |" in printed.out
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n<!-- chargeflex config messages -->\nold", "utf-8")
    written = chargeflex("config", "messages", "--frames", str(tmp_path), "--into", str(page))
    assert (written.code, written.out) == (0, "")
    text = page.read_text("utf-8")
    assert text.startswith("# Page\n\n<!-- chargeflex config messages -->\n\n### OCPP 2.0.1: ")
    assert text.rstrip() == f"{text[:43]}\n\n{printed.out}".rstrip()


def test_messages_are_not_written_into_a_file_without_their_mark(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Page\n", "utf-8")
    ran = chargeflex("config", "messages", "--into", str(page))
    assert ran.code == 2
    assert "into: expected a file with the line <!-- chargeflex config messages -->" in ran.err
    assert page.read_text("utf-8") == "# Page\n"


def test_there_are_sites_to_check() -> None:
    assert [path.stem for path in SITES] == ["depot", "flexible-garage", "garage", "workplace"]


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_shipped_sites_fit_the_schema(path: Path) -> None:
    jsonschema_rs.validate(schema("site"), yaml.safe_load(path.read_text("utf-8")))


def test_shipped_settings_fit_their_schema() -> None:
    path = ROOT / "config" / "chargeflex.yaml"
    jsonschema_rs.validate(schema("app"), yaml.safe_load(path.read_text("utf-8")))


def test_site_schema_is_the_one_that_is_printed_by_default() -> None:
    assert schema() == schema("site")
    assert schema() != schema("app")


def test_schema_refuses_what_the_check_refuses() -> None:
    site = yaml.safe_load(GARAGE.read_text("utf-8"))
    site["chargers"][3]["max_a"] = "much"
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(schema(), site)


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_shipped_sites_have_no_faults(path: Path) -> None:
    ran = chargeflex("config", "check", path)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("No faults.\n")


def test_check_says_what_the_site_is() -> None:
    ran = chargeflex("config", "check", GARAGE)
    name = "Fjordgata housing association"
    assert ran.out == f"{name}: 4 feeders, 48 EVSEs, IT 230 V. No faults.\n"


def test_every_fault_is_one_line_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    text = GARAGE.read_text("utf-8")
    text = text.replace("feeder: level-1, lines: [1, 2, 3], max_a: 32", "feeder: attic, max_a: 1e6")
    path.write_text(text, encoding="utf-8")
    lines = [i for i, line in enumerate(text.splitlines(), start=1) if "attic" in line]
    assert lines
    ran = chargeflex("config", "check", path)
    assert (ran.code, ran.out) == (2, "")
    assert [line.split(": ")[0] for line in ran.err.splitlines()] == [
        f"{path}:{line}" for line in lines
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("site: [", "{path}:1: not YAML: "),
        ("", "{path}:1: expected keys and values at the top level"),
        ("- a\n", "{path}:1: expected keys and values at the top level"),
        ("site: x\nsite: y\n", "{path}:2: site: expected each key once, got it again"),
    ],
)
def test_what_is_no_site_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    ran = chargeflex("config", "check", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(complaint.format(path=path))
    assert ran.err.count("\n") == 1


def test_site_that_cannot_hold_is_not_free_of_faults(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    text = GARAGE.read_text("utf-8").replace("    limit_a: 63\n", "    limit_a: 0\n")
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("    limit_a: 0") + 1
    ran = chargeflex("config", "check", path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"{path}:{line}: feeders[0].limit_a: expected at least 16 A on L1, the worst case of the "
        "uncontrolled load below, got 0 A\n"
    )


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = chargeflex("config", "check", tmp_path / "none.yaml")
    assert (ran.code, ran.err) == (
        2,
        f"{tmp_path}/none.yaml:1: cannot be read: No such file or directory\n",
    )
    ran = chargeflex("config", "check", tmp_path)
    assert (ran.code, ran.err) == (2, f"{tmp_path}:1: cannot be read: Is a directory\n")
