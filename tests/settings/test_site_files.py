"""Files of sites, checked beside all other settings and written whole or not at all."""

from pathlib import Path
from typing import Final

import pytest

from csms.domain.errors import Fault, SettingsError, SiteFileError
from csms.settings.site_files import SiteFileFolder, SiteFilePlace
from tests.settings.test_site_file import VALID

OTHER: Final = VALID.replace("fjordgata", "kaia").replace("G-01", "K-01")
APP: Final = "sites: [site.yaml, other.yaml]\n"


@pytest.fixture
def files(tmp_path: Path) -> SiteFileFolder:
    """Two sites that the server's settings name."""
    for name, text in (("site.yaml", VALID), ("other.yaml", OTHER), ("app.yaml", APP)):
        (tmp_path / name).write_text(text)
    places = {"fjordgata": SiteFilePlace(tmp_path / "site.yaml")}
    return SiteFileFolder(places, tmp_path / "app.yaml")


def faults(files: SiteFileFolder, text: str) -> tuple[Fault, ...]:
    with pytest.raises(SettingsError) as refused:
        files.check("fjordgata", text)
    return refused.value.faults


def test_a_file_is_checked_without_being_written(files: SiteFileFolder, tmp_path: Path) -> None:
    site = files.check("fjordgata", VALID.replace("limit_a: 63", "limit_a: 50"))
    assert site.feeders[0].limit.default == (50.0, 50.0, 50.0)
    assert (tmp_path / "site.yaml").read_text() == VALID
    [fault] = faults(files, VALID.replace("limit_a: 63", "limit_a: none"))
    assert (fault.line, fault.key) == (6, "feeders[0].limit_a")


def test_a_file_has_to_agree_with_those_of_other_sites(files: SiteFileFolder) -> None:
    [fault] = faults(files, VALID.replace("G-01", "K-01"))
    assert "K-01" in fault.message


def test_a_site_cannot_become_another(files: SiteFileFolder) -> None:
    assert faults(files, VALID.replace("site: fjordgata", "site: brygga")) == (
        Fault(1, "site", "expected 'fjordgata', the site whose file it is, got 'brygga'"),
    )


def test_what_the_file_said_before_stays_beside_it(files: SiteFileFolder, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").chmod(0o640)
    files.write("fjordgata", "new: text\n")
    assert files.read("fjordgata") == "new: text\n"
    assert (tmp_path / "site.yaml.bak").read_text() == VALID
    assert (tmp_path / "site.yaml").stat().st_mode & 0o777 == 0o640
    assert not (tmp_path / "site.yaml.new").exists()


def test_a_file_that_cannot_be_written_says_what_it_said(
    files: SiteFileFolder, tmp_path: Path
) -> None:
    (tmp_path / "site.yaml.new").mkdir()
    with pytest.raises(SiteFileError, match=r"site\.yaml: it cannot be written: Is a directory"):
        files.write("fjordgata", "new: text\n")
    assert files.read("fjordgata") == VALID


def test_a_site_without_a_file_is_told_so(files: SiteFileFolder) -> None:
    with pytest.raises(SiteFileError, match="kaia: the server does not know its file"):
        files.read("kaia")


def test_faults_of_a_copy_name_the_copy_that_is_edited(tmp_path: Path) -> None:
    original = tmp_path / "config" / "site.yaml"
    copy = tmp_path / "site.yaml"
    copy.write_text(VALID)
    files = SiteFileFolder({"fjordgata": SiteFilePlace(copy, copy_of=original)}, None)
    with pytest.raises(SettingsError) as refused:
        files.check("fjordgata", VALID.replace("limit_a: 63", "limit_a: none"))
    assert refused.value.path == copy
    assert str(original) not in str(refused.value)
    assert str(refused.value).startswith(f"{copy}:")
