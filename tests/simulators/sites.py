"""Small site files for tests."""

from pathlib import Path

from simulators.site import Site, read_site

TWO_ROWS = """
site: yard
timezone: Europe/Oslo
grid: {{earthing: {earthing}, voltage_v: 230}}
feeders:
  - id: main
    limit_a: {{default: 100, windows: [{{days: mon-fri, from: "16:00", to: "20:00", amps: 50}}]}}
    uncontrolled:
      worst_case_a: {{default: 10, windows: [{{from: "22:00", to: "06:00", amps: [4, 5, 6]}}]}}
      largest_step_a: 3
      metered: true
    feeders:
      - {{id: row-a, limit_a: 40}}
      - {{id: row-b, limit_a: 40, uncontrolled: {{worst_case_a: 5}}}}
chargers:
  - {{id: A-1, feeder: row-a, lines: [1, 2, 3], max_a: 32}}
  - {{id: A-2, feeder: row-a, lines: [2, 3, 1], max_a: 32}}
  - {{id: A-3, feeder: row-a, lines: {single}, max_a: 32, min_a: 8}}
  - {{id: A-4, feeder: row-a, max_a: 32, installed: false}}
  - id: B-1
    evses:
      - {{number: 1, feeder: row-b, dc: {{max_kw: 100, min_kw: 5, efficiency: 0.95}}}}
      - {{number: 2, feeder: row-b, lines: [3, 1, 2], max_a: 16}}
"""


def site_text(earthing: str = "TN") -> str:
    return TWO_ROWS.format(earthing=earthing, single="[1]" if earthing == "TN" else "[1, 3]")


def write_site(folder: Path, earthing: str = "TN") -> Path:
    path = folder / f"site-{earthing}.yaml"
    path.write_text(site_text(earthing), encoding="utf-8")
    return path


def small_site(folder: Path, earthing: str = "TN") -> Site:
    return read_site(write_site(folder, earthing))
