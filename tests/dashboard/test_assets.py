"""Static files: kept for ever under their digest, complete, and from nowhere else."""

import hashlib
import json
import re
from pathlib import Path
from typing import Final

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

import csms.dashboard
from csms.dashboard.assets import HashedFiles, digest_of

DASHBOARD: Final = Path(csms.dashboard.__file__).parent
STATIC: Final = DASHBOARD / "static"
VENDOR: Final = STATIC / "vendor"
OWN: Final = sorted(
    path
    for path in [*STATIC.rglob("*"), *(DASHBOARD / "templates").iterdir()]
    if path.suffix in {".js", ".css", ".html", ".svg"} and VENDOR not in path.parents
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One style sheet."""
    (tmp_path / "css").mkdir()
    (tmp_path / "css/a.css").write_text("a { color: red }", encoding="utf-8")
    return tmp_path


async def fetch(folder: Path, path: str) -> httpx2.Response:
    """Get a file as a browser does."""
    app = Starlette(routes=[Mount("/static", HashedFiles(folder, digest_of(folder)))])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://csms") as client:
        return await client.get(f"/static/{path}")


async def test_a_file_under_its_digest_may_be_kept_for_ever(folder: Path) -> None:
    response = await fetch(folder, f"{digest_of(folder)}/css/a.css")
    assert response.text == "a { color: red }"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_under_its_name_is_asked_for_again(folder: Path) -> None:
    response = await fetch(folder, "css/a.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.headers["ETag"]


async def test_an_outdated_digest_is_not_found(folder: Path) -> None:
    assert (await fetch(folder, "0123456789ab/css/a.css")).status_code == 404


def test_the_digest_changes_with_a_file_and_with_its_name(folder: Path) -> None:
    first = digest_of(folder)
    (folder / "css/a.css").write_text("a { color: blue }", encoding="utf-8")
    second = digest_of(folder)
    (folder / "css/a.css").rename(folder / "css/b.css")
    assert len({first, second, digest_of(folder)}) == 3


def test_foreign_files_are_the_ones_that_the_manifest_names() -> None:
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
    listed = {
        name: hash_ for asset in manifest["assets"] for name, hash_ in asset["sha256"].items()
    }
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "MANIFEST.json"
    }
    assert found == listed


def test_every_foreign_library_says_its_licence_and_source() -> None:
    manifest = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))
    assert [(asset["name"], asset["licence"]) for asset in manifest["assets"]] == [
        ("uplot", "MIT"),
        ("@fontsource-variable/inter", "OFL-1.1"),
    ]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_file_of_ours_refers_to_another_server(path: Path) -> None:
    addresses = re.findall(r"https?://[^\s\"']+", path.read_text(encoding="utf-8"))
    assert [a for a in addresses if a != "http://www.w3.org/2000/svg"] == []


@pytest.mark.parametrize(
    "path", [path for path in OWN if path.suffix == ".html"], ids=lambda path: path.name
)
def test_no_template_has_inline_scripts_or_styles(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    own = r'<script(?![^>]*\b(?:src=|type="application/json"))|<style|\sstyle=|\son\w+='
    assert re.findall(own, text) == []
