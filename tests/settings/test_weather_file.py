"""Where the weather comes from, as site files say it."""

from pathlib import Path

import pytest

from csms.domain.errors import SettingsError
from csms.settings.site_file import read_site

SITE = """\
site: yard
timezone: Europe/Oslo
grid: {earthing: TN, voltage_v: 230}
feeders: [{id: main, limit_a: 63}]
"""


def read(folder: Path, line: str) -> object:
    path = folder / "yard.yaml"
    path.write_text(SITE + line, encoding="utf-8")
    return read_site(path).weather


def test_a_table_is_named_relative_to_the_file(tmp_path: Path) -> None:
    line = "weather: {file: weather.csv, format: csv, time: at, value: celsius, time_zone: UTC}\n"
    weather = read(tmp_path, line)
    assert weather is not None
    assert weather.place.folder == tmp_path  # type: ignore[attr-defined]
    assert weather.shape.is_csv  # type: ignore[attr-defined]
    assert weather.look_every_s == 60  # type: ignore[attr-defined]


def test_without_the_key_it_is_told_by_others(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("weather: {file: w.json, time: '$[*', value: '$[*].c'}\n", r"yard.yaml:5.*weather.time"),
        ("weather: {file: w.json, time: '$[*].t'}\n", r"yard.yaml:5.*weather"),
        ("weather: {file: '{hour:%H}.json', time: t, value: c}\n", r"yard.yaml:5.*weather.file"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path: Path, line: str, cause: str) -> None:
    with pytest.raises(SettingsError, match=cause):
        read(tmp_path, line)
