from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.site import SiteFileError, read_site
from simulators.supply import Earthing
from tests.simulators.sites import small_site, write_site

OSLO = ZoneInfo("Europe/Oslo")
SITES = Path(__file__).parents[2] / "config/sites"


def test_places_are_read_with_their_wiring_and_ratings(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    assert [(p.station_id, p.model.number, p.feeder_id, p.lines) for p in site.places] == [
        ("A-1", 1, "row-a", (1, 2, 3)),
        ("A-2", 1, "row-a", (2, 3, 1)),
        ("A-3", 1, "row-a", (1,)),
        ("B-1", 1, "row-b", (1, 2, 3)),
        ("B-1", 2, "row-b", (3, 1, 2)),
    ]
    assert site.places[2].model.min_a == 8.0
    assert site.places[2].model.line_count == 1
    dc = site.places[3].model
    assert dc.is_dc
    # 100 kW out at 95 % are 105.26 kW in, from 3 x 230 V: 152.55 A.
    assert dc.max_a == pytest.approx(152.55, abs=0.01)
    assert dc.min_a == pytest.approx(7.63, abs=0.01)


def test_tree_is_read_from_the_root_down(tmp_path: Path) -> None:
    site = small_site(tmp_path)
    assert [(f.feeder_id, f.parent_id) for f in site.feeders] == [
        ("main", None),
        ("row-a", "main"),
        ("row-b", "main"),
    ]
    assert site.path_up("row-b") == ["row-b", "main"]
    assert site.supply.earthing is Earthing.TN


@pytest.mark.parametrize(
    ("local", "amps"),
    [
        (datetime(2026, 1, 14, 15, 59, tzinfo=OSLO), 100.0),  # a Wednesday
        (datetime(2026, 1, 14, 16, 0, tzinfo=OSLO), 50.0),
        (datetime(2026, 1, 14, 19, 59, tzinfo=OSLO), 50.0),
        (datetime(2026, 1, 14, 20, 0, tzinfo=OSLO), 100.0),
        (datetime(2026, 1, 17, 17, 0, tzinfo=OSLO), 100.0),  # a Saturday
    ],
)
def test_window_holds_on_its_days_between_its_times(
    local: datetime, amps: float, tmp_path: Path
) -> None:
    site = small_site(tmp_path)
    assert site.feeders[0].limit.at(local) == (amps, amps, amps)


@pytest.mark.parametrize(
    ("hour", "amps"),
    [(21, (10.0, 10.0, 10.0)), (23, (4.0, 5.0, 6.0)), (5, (4.0, 5.0, 6.0)), (6, (10.0,) * 3)],
)
def test_window_may_reach_over_midnight(hour: int, amps: tuple[float, ...], tmp_path: Path) -> None:
    load = small_site(tmp_path).feeders[0].uncontrolled
    assert load is not None
    assert load.worst_case.at(datetime(2026, 1, 14, hour, 30, tzinfo=OSLO)) == amps


def test_time_without_quotes_is_understood(tmp_path: Path) -> None:
    path = write_site(tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace('"16:00"', "16:00"), encoding="utf-8")
    limit = read_site(path).feeders[0].limit
    assert limit.at(datetime(2026, 1, 14, 16, 1, tzinfo=OSLO))[0] == 50.0


@pytest.mark.parametrize("name", ["garage", "workplace", "depot"])
def test_sites_that_come_with_the_project_are_read(name: str) -> None:
    site = read_site(SITES / f"{name}.yaml")
    stations = {place.station_id for place in site.places}
    assert len(stations) == {"garage": 48, "workplace": 52, "depot": 33}[name]


@pytest.mark.parametrize("text", ["", "site: x", "[", "site: {a: 1}\ngrid: 3"])
def test_what_is_no_site_file_is_named_with_its_path(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SiteFileError, match=r"broken\.yaml"):
        read_site(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SiteFileError, match=r"absent\.yaml"):
        read_site(tmp_path / "absent.yaml")


def test_resources_are_loads_by_their_ratings_and_what_they_draw_unsteered(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        """\
site: yard
timezone: Europe/Oslo
grid: {earthing: IT, voltage_v: 230}
feeders:
  - id: main
    limit_a: 60
    uncontrolled: {worst_case_a: 10}
    resources:
      - {id: roof, pv: {peak_kw: 10, latitude: 60.0, longitude: 10.4}}
      - {id: battery, battery: {capacity_kwh: 9, charge_kw: 4.6, discharge_kw: 6}, lines: [1, 2]}
    feeders:
      - id: row
        limit_a: 40
        resources:
          - id: tank
            lines: [2, 3]
            heat: {rated_kw: 2.3, band_c: [55, 75], kwh_per_k: 1, w_per_k: 9}
            keeps_setpoints: true
            fallback_kw: 0.46
""",
        encoding="utf-8",
    )
    site = read_site(path)
    assert [
        (one.station_id, one.feeder_id, one.lines, one.model.max_a, one.fallback_a)
        for one in site.resources
    ] == [("battery", "main", (1, 2), 20.0, 20.0), ("tank", "row", (2, 3), 10.0, 2.0)]
    assert site.least_a("row") == 2.0
    assert site.least_a("main") == 10.0 + 20.0 + 2.0
