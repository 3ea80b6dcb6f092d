"""What a page may cost."""

from dataclasses import replace
from typing import Final

import pytest

from benchmarks.ui.figures import Bars, Load, Looks, PageFigures, ServerCost, Watch

LOAD: Final = Load(
    html_s=0.2,
    painted_s=0.4,
    live_s=0.9,
    thread_s=0.5,
    server_s=0.3,
    html_bytes=100_000,
    transferred_bytes=600_000,
    files=30,
    elements=3_000,
)
LOOKS: Final = Looks(
    frames_per_s=44.0,
    longest_frame_ms=60.0,
    empty_frames_per_s=46.0,
    thread_ms_per_s=80.0,
    waited_ms_per_s=200.0,
)
COST: Final = ServerCost(
    none_pct=20.0, one_pct=21.5, many_pct=23.5, more=10, bytes_per_s=8e4, messages_per_s=1.8
)


def page(load: Load = LOAD, at_top: Looks = LOOKS, at_tiles: Looks = LOOKS) -> PageFigures:
    return PageFigures(load=load, watch=Watch(at_top=at_top, at_tiles=at_tiles, search_ms=50.0))


def test_frames_count_in_proportion_to_an_empty_page() -> None:
    line, has_passed = Bars().judge(1_000, page(), COST)
    assert line == (
        "ui: 1,000 connectors, 96% of an empty page's frames (bar 92%), main thread 80 ms/s "
        "(bar 150), live after 0.90 s (bar 1.5), server 1.5 % of a core for the first page, "
        "0.20 % for each further one (bar 2) PASS"
    )
    assert has_passed


@pytest.mark.parametrize(
    ("figures", "cost"),
    [
        (page(at_top=replace(LOOKS, frames_per_s=42.0)), COST),
        (page(at_tiles=replace(LOOKS, frames_per_s=42.0)), COST),
        (page(at_tiles=replace(LOOKS, thread_ms_per_s=151.0)), COST),
        (page(load=replace(LOAD, live_s=1.6)), COST),
        (page(), replace(COST, one_pct=22.1)),
        (page(), replace(COST, one_pct=19.0)),
        (page(), replace(COST, many_pct=42.0)),
    ],
    ids=[
        "frames at the top",
        "frames at the tiles",
        "main thread",
        "load",
        "first",
        "noise",
        "further",
    ],
)
def test_each_figure_has_a_bar(figures: PageFigures, cost: ServerCost) -> None:
    line, has_passed = Bars().judge(1_000, figures, cost)
    assert not has_passed
    assert line.endswith("FAIL")
