import json
from pathlib import Path

import pytest

from benchmarks.rig.site_files import Layout, worst_load_a, write_sites
from csms.domain.site import Site
from csms.settings.site_file import read_site


def sites(folder: Path, layout: Layout) -> list[Site]:
    """The sites of a layout, as the program reads them."""
    found = []
    for site_id, text in write_sites(layout):
        file = folder / f"{site_id}.yaml"
        file.write_text(text, encoding="utf-8")
        found.append(read_site(file))
    return found


def test_every_station_belongs_to_one_site(tmp_path: Path) -> None:
    layout = Layout(stations=250, per_site=100)

    found = sites(tmp_path, layout)

    assert [len(site.places) for site in found] == [100, 100, 50]
    assert [site.site_id for site in found] == list(layout.site_ids)
    names = [place.evse.station_id for site in found for place in site.places]
    assert names[0] == "L-00000"
    assert names[-1] == "L-00249"
    assert len(set(names)) == 250


def test_the_tree_carries_all_at_once(tmp_path: Path) -> None:
    (site,) = sites(tmp_path, Layout(stations=100, per_site=100))

    root, first_panel, *_ = site.feeders
    assert root.limit.default == (544.0, 544.0, 544.0)  # 34 on the fullest line, 16 A each
    assert first_panel.limit.default == (256.0, 256.0, 256.0)
    assert root.uncontrolled is None
    assert {place.lines for place in site.places} == {(1,), (2,), (3,)}
    assert {place.max_a for place in site.places} == {16.0}
    assert {place.fallback_a for place in site.places} == {6.0}


def test_a_metered_building_leaves_the_fallbacks_at_its_worst(tmp_path: Path) -> None:
    (site,) = sites(tmp_path, Layout(stations=100, per_site=100, has_meter=True))

    uncontrolled = site.feeders[0].uncontrolled
    assert uncontrolled is not None
    assert uncontrolled.is_metered
    assert uncontrolled.worst_case.default == (340.0, 340.0, 340.0)  # 544 less 34 times 6
    assert worst_load_a(100) == 340.0


def test_more_stations_than_any_limit_carries_have_no_fallback() -> None:
    ((_, text),) = write_sites(Layout(stations=6000, per_site=6000))

    written = json.loads(text)
    assert written["feeders"][0]["limit_a"] == 10_000.0
    assert {charger["fallback_a"] for charger in written["chargers"]} == {0.0}


@pytest.mark.parametrize(("stations", "count"), [(1, 1), (1000, 1), (1001, 2), (10_000, 10)])
def test_sites_are_as_many_as_are_needed(stations: int, count: int) -> None:
    assert len(Layout(stations=stations, per_site=1000).site_ids) == count
