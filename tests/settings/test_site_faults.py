"""Every kind of fault in a site file, and the line that an operator is shown for it."""

from pathlib import Path
from typing import Final

import pytest

from csms.settings.site_file import read_site
from tests.settings.complaints import complaint

VALID: Final = """\
site: fjordgata
timezone: Europe/Oslo
grid: {earthing: TN}
feeders:
  - id: intake
    limit_a: 63
    feeders:
      - {id: level-1, limit_a: 40}
chargers:
  - {id: G-01, feeder: level-1, max_a: 32}
"""
WINDOW: Final = "{default: 63, windows: [{from: 16:00, to: 20:00, amps: 40}]}"
NO_ZONE: Final = "2: timezone: expected a time zone such as Europe/Oslo, got"
UNKNOWN: Final = "not a key that is known here"
RANGE_6_32: Final = "fallback_a: expected 0 (pause) or 6 to 32 A"
ONE_OR_THREE: Final = "lines: expected 1 or 3 different lines in a TN grid, got"


def said_of(folder: Path, old: str, new: str) -> list[str]:
    """What is said of the valid file in which something has been changed, line by line."""
    assert old in VALID
    text = VALID.replace(old, new)
    lines = complaint(read_site, folder / "site.yaml", text).splitlines()
    assert all(line.startswith("site.yaml:") for line in lines)
    return [line.removeprefix("site.yaml:") for line in lines]


def test_setting_that_has_another_place_is_named_with_it(tmp_path: Path) -> None:
    setting = "settings: [{name: MeterValueSampleInterval, value: 30}]\nchargers:"
    said = "9: settings[0].name: expected control.meter_every_s instead"
    assert said_of(tmp_path, "chargers:", setting) == [said]


def test_secret_in_a_site_file_is_refused(tmp_path: Path) -> None:
    setting = "settings: [{name: AuthorizationKey, value: '0011'}]\nchargers:"
    (said,) = said_of(tmp_path, "chargers:", setting)
    assert said.startswith("9: settings[0].name: expected a secret that no file holds")


def test_setting_for_a_charger_that_is_not_in_the_file_is_refused(tmp_path: Path) -> None:
    setting = "settings: [{name: a, value: 1, chargers: [G-02]}]\nchargers:"
    said = "9: settings[0].chargers[0]: expected a charger of this file, got 'G-02'"
    assert said_of(tmp_path, "chargers:", setting) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("site: fjordgata\n", "", "1: site: expected this key, it is missing"),
        ("fjordgata", "12", "1: site: expected a valid string, got 12"),
        ("fjordgata", "no", "1: site: expected a valid string, got False"),
        ("fjordgata", "''", "1: site: expected at least 1 characters, got ''"),
        ("fjordgata", "a b", r"1: site: expected text that matches ^[^\s/:#?]+$, got 'a b'"),
        ("fjordgata", "x" * 49, f"1: site: expected at most 48 characters, got '{'x' * 49}'"),
        ("Europe/Oslo", "Europe/Olso", f"{NO_ZONE} 'Europe/Olso'"),
        ("Europe/Oslo", "Europe", f"{NO_ZONE} 'Europe'"),
        ("Europe/Oslo", "../../etc/passwd", f"{NO_ZONE} '../../etc/passwd'"),
        ("Europe/Oslo", "''", f"{NO_ZONE} ''"),
        ("{earthing: TN}", "TN", "3: grid: expected keys and values, got 'TN'"),
        ("{earthing: TN}", "{}", "3: grid.earthing: expected this key, it is missing"),
        ("earthing: TN", "earthing: TT", "3: grid.earthing: expected 'TN' or 'IT', got 'TT'"),
        (
            "earthing: TN",
            "earthing: TN, voltage_v: 23",
            "3: grid.voltage_v: expected greater than or equal to 100, got 23",
        ),
        (
            "earthing: TN",
            "earthing: TN, voltage_v: '230'",
            "3: grid.voltage_v: expected a valid number, got '230'",
        ),
        ("timezone:", "comment: x\ntimezone:", f"2: comment: {UNKNOWN}"),
        ("timezone:", "_lines: x\ntimezone:", f"2: _lines: {UNKNOWN}"),
        ("timezone:", "time-zone: x\ntimezone:", f"2: time-zone: {UNKNOWN}"),
        ("earthing: TN", "earthing: TN, volt age: 1", f"3: grid.volt age: {UNKNOWN}"),
        ("id: G-01", "id: G-01, max-a: 16", f"10: chargers[0].max-a: {UNKNOWN}"),
        (
            "chargers:\n  - ",
            "chargers:\n  ",
            "9: chargers: expected a valid list, got {'id': 'G-01'",
        ),
    ],
)
def test_fault_in_a_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    (line,) = said_of(tmp_path, old, new)
    assert line.startswith(said)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("-1", ": expected greater than or equal to 0, got -1"),
        ("10001", ": expected less than or equal to 10000, got 10001"),
        ("63A", ": expected a valid number, got '63A'"),
        ("true", ": expected a valid number, got True"),
        ("", ": expected a valid number, got None"),
        (".inf", ": expected a finite number, got inf"),
        (".nan", ": expected a finite number, got nan"),
        ("[63, 63]", ": expected a list of at least 3, got [63, 63]"),
        ("[1, 2, 3, 4]", ": expected a list of at most 3, got [1, 2, 3, 4]"),
        ("[63, 63, x]", "[2]: expected a valid number, got 'x'"),
        ("{windows: []}", ".default: expected this key, it is missing"),
        ("{default: x}", ".default: expected a valid number, got 'x'"),
        ("{default: [1]}", ".default: expected a list of at least 3, got [1]"),
        (
            WINDOW.replace("16:00", "teatime"),
            ".windows[0].from: expected a time of day such as 16:30, got 'teatime'",
        ),
        (
            WINDOW.replace("20:00", "20"),
            ".windows[0].to: expected a time of day such as 16:30, got 20",
        ),
        (WINDOW.replace("to: 20:00, ", ""), ".windows[0].to: expected this key, it is missing"),
        (WINDOW.replace("40", "x"), ".windows[0].amps: expected a valid number, got 'x'"),
        (
            WINDOW.replace("40", "[1, 2]"),
            ".windows[0].amps: expected a list of at least 3, got [1, 2]",
        ),
        (
            WINDOW.replace("{from", "{days: mon-fry, from"),
            (
                ".windows[0].days[0]: expected 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', "
                "got 'mon-fry'"
            ),
        ),
        (
            WINDOW.replace("{from", "{days: [], from"),
            ".windows[0].days: expected a list of at least 1, got []",
        ),
    ],
)
def test_fault_in_a_limit(tmp_path: Path, limit: str, said: str) -> None:
    assert said_of(tmp_path, "63", limit) == [f"6: feeders[0].limit_a{said}"]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("max_a: 5", ".max_a: expected at least min_a (6 A)"),
        ("max_a: 10, min_a: 11", ".max_a: expected at least min_a (11 A)"),
        ("max_a: 32, fallback_a: 5", f".{RANGE_6_32}"),
        ("max_a: 32, fallback_a: 33", f".{RANGE_6_32}"),
        ("fallback_a: 6", ": expected either max_a or dc"),
        ("max_a: 32, dc: {max_kw: 50}", ": expected either max_a or dc"),
        ("max_a: 32, lines: [1, 2]", f".{ONE_OR_THREE} [1, 2]"),
        ("max_a: 32, lines: [1, 1, 2]", f".{ONE_OR_THREE} [1, 1, 2]"),
        ("max_a: 32, lines: [0]", ".lines[0]: expected 1, 2 or 3, got 0"),
        ("max_a: 32, lines: []", ".lines: expected a list of at least 1, got []"),
        ("dc: {max_kw: 2}", ".dc.max_kw: expected at least min_kw (3)"),
        ("dc: {max_kw: 50, fallback_kw: 2}", ".dc.fallback_kw: expected 0 (pause) or 3 to 50 kW"),
        ("dc: {max_kw: 9, fallback_kw: 10}", ".dc.fallback_kw: expected 0 (pause) or 3 to 9 kW"),
        ("dc: {max_kw: 50}, fallback_a: 6", ".fallback_a: expected dc.fallback_kw instead, for dc"),
        ("dc: {}", ".dc.max_kw: expected this key, it is missing"),
        (
            "dc: {max_kw: 50, efficiency: 1.1}",
            ".dc.efficiency: expected less than or equal to 1, got 1.1",
        ),
    ],
)
def test_fault_in_a_charger(tmp_path: Path, keys: str, said: str) -> None:
    assert said_of(tmp_path, "max_a: 32", keys) == [f"10: chargers[0]{said}"]


@pytest.mark.parametrize(
    ("evses", "said"),
    [
        ("{number: 0, feeder: level-1, max_a: 32}", "[0].number: expected greater than or equal"),
        ("{number: 1, feeder: attic, max_a: 32}", "[0].feeder: expected one of intake, level-1, "),
        ("{number: 1, feeder: level-1, max_a: 5}", "[0].max_a: expected at least min_a (6 A)"),
        ("{number: 1, max_a: 32}", "[0].feeder: expected this key, it is missing"),
        (
            "{number: 1, feeder: level-1, max_a: 16}, {number: 1, feeder: level-1, max_a: 16}",
            ": expected each EVSE number once",
        ),
    ],
)
def test_fault_in_one_of_several_evses(tmp_path: Path, evses: str, said: str) -> None:
    (line,) = said_of(tmp_path, "feeder: level-1, max_a: 32", f"evses: [{evses}]")
    assert line.startswith(f"10: chargers[0].evses{said}")


def test_charger_stands_at_one_feeder_or_has_evses(tmp_path: Path) -> None:
    evses = "evses: [{number: 1, feeder: level-1, max_a: 32}]"
    neither = said_of(tmp_path, "feeder: level-1, max_a: 32", "installed: true")
    both = said_of(tmp_path, "max_a: 32", evses)
    assert neither == both == ["10: chargers[0]: expected either feeder or evses"]


def test_ratings_beside_evses_would_count_for_nothing(tmp_path: Path) -> None:
    evses = "evses: [{number: 1, feeder: level-1, max_a: 32}], max_a: 16, fallback_a: 6"
    assert said_of(tmp_path, "feeder: level-1, max_a: 32", evses) == [
        "10: chargers[0].fallback_a: expected within each of evses, not beside them",
        "10: chargers[0].max_a: expected within each of evses, not beside them",
    ]


def test_feeders_have_names_of_their_own(tmp_path: Path) -> None:
    assert said_of(tmp_path, "id: intake", "id: level-1") == [
        "8: feeders[0].feeders[0].id: expected a name of its own, 'level-1' is taken"
    ]


def test_chargers_have_names_of_their_own(tmp_path: Path) -> None:
    again = "max_a: 32}\n  - {id: G-01, feeder: intake, max_a: 16}"
    assert said_of(tmp_path, "max_a: 32}", again) == [
        "11: chargers[1].id: expected a name of its own, 'G-01' is taken"
    ]


def test_charger_stands_at_a_feeder_that_there_is(tmp_path: Path) -> None:
    assert said_of(tmp_path, "feeder: level-1", "feeder: attic") == [
        "10: chargers[0].feeder: expected one of intake, level-1, got 'attic'"
    ]


def test_site_has_one_intake(tmp_path: Path) -> None:
    (line,) = said_of(tmp_path, "chargers:", "  - {id: second, limit_a: 63}\nchargers:")
    assert line.startswith("4: feeders: expected a list of at most 1, got [{'id': 'intake'")


@pytest.mark.parametrize(
    ("guests", "said"),
    [
        ("feeder: attic, max_a: 16", "feeder: expected one of intake, level-1, got 'attic'"),
        ("feeder: level-1, max_a: 16, lines: [1, 2]", f"{ONE_OR_THREE} [1, 2]"),
        ("feeder: level-1, max_a: 32, fallback_a: 5, max_chargers: 1", RANGE_6_32),
        ("feeder: level-1, max_a: 32, fallback_a: 33, max_chargers: 1", RANGE_6_32),
        ("feeder: level-1, max_a: 5", "max_a: expected at least min_a (6 A)"),
        ("feeder: level-1", "max_a: expected this key, it is missing"),
    ],
)
def test_fault_in_the_place_for_guests(tmp_path: Path, guests: str, said: str) -> None:
    changed = said_of(tmp_path, "chargers:", f"guests: {{{guests}}}\nchargers:")
    assert changed == [f"9: guests.{said}"]


@pytest.mark.parametrize(
    ("control", "said"),
    [
        ("plan_every_s: 0", "plan_every_s: expected greater than or equal to 1, got 0"),
        ("plan_every_s: 2.5", "plan_every_s: expected a valid integer, got 2.5"),
        ("min_gap_s: 301", "min_gap_s: expected at most plan_every_s"),
        (
            "limits_live_s: 599",
            "limits_live_s: expected at least twice plan_every_s, to renew in time",
        ),
        ("settle_s: 61", "settle_s: expected less than or equal to 60, got 61"),
        ("ramp_a_per_min: 0", "ramp_a_per_min: expected greater than 0, got 0"),
        (
            "return_delay_s: 3601",
            "return_delay_s: expected less than or equal to 3600, got 3601",
        ),
    ],
)
def test_fault_in_control(tmp_path: Path, control: str, said: str) -> None:
    changed = said_of(tmp_path, "chargers:", f"control: {{{control}}}\nchargers:")
    assert changed == [f"9: control.{said}"]


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        ("energy_kwh: 0", "energy_kwh: expected greater than 0, got 0"),
        ("stay_h: 241", "stay_h: expected less than or equal to 240, got 241"),
        ("leaves_by: 7", "leaves_by: expected a time of day such as 16:30, got 7"),
    ],
)
def test_fault_in_assumptions(tmp_path: Path, assumed: str, said: str) -> None:
    changed = said_of(tmp_path, "chargers:", f"assumed: {{{assumed}}}\nchargers:")
    assert changed == [f"9: assumed.{said}"]


def test_single_phase_in_an_it_grid_hangs_between_two_lines(tmp_path: Path) -> None:
    it_grid = "earthing: IT}\nguests: {feeder: level-1, lines: [1], max_a: 16"
    assert said_of(tmp_path, "earthing: TN", it_grid) == [
        "4: guests.lines: expected 2 or 3 different lines in a IT grid, got [1]"
    ]


def test_several_faults_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    wrong = "timezone: Europe/Olso\ngrid: {earthing: TT}\nfeeders:\n  - id: 7\n"
    right = "timezone: Europe/Oslo\ngrid: {earthing: TN}\nfeeders:\n  - id: intake\n"
    assert said_of(tmp_path, right, wrong) == [
        f"{NO_ZONE} 'Europe/Olso'",
        "3: grid.earthing: expected 'TN' or 'IT', got 'TT'",
        "5: feeders[0].id: expected a valid string, got 7",
    ]


def test_fallbacks_that_do_not_fit_are_told_at_the_limit_that_they_exceed(tmp_path: Path) -> None:
    more = "".join(
        f"\n  - {{id: G-1{i}, feeder: level-1, lines: [2], max_a: 32, fallback_a: 9}}"
        for i in range(5)
    )
    assert said_of(tmp_path, "max_a: 32}", "max_a: 32}" + more) == [
        (
            "8: feeders[0].feeders[0].limit_a: expected room for the standing fallbacks below: "
            "45 A and 0 A uncontrolled on L2 are more than the limit of 40 A"
        )
    ]


@pytest.mark.parametrize(
    ("limit_a", "worst_case_a", "said"),
    [
        ("0", "16", "16 A on L1, the worst case of the uncontrolled load below, got 0 A"),
        ("63", "160", "160 A on L1, the worst case of the uncontrolled load below, got 63 A"),
        (
            "[63, 32, 20]",
            "[0, 40, 25]",
            "40 A on L2, the worst case of the uncontrolled load below, got 32 A",
        ),
        (
            "63",
            "{default: 9, windows: [{from: 15:00, to: 22:00, amps: 64}]}",
            "64 A on L1, the worst case of the uncontrolled load below, got 63 A",
        ),
        (
            "{default: 63, windows: [{days: sun, from: 02:00, to: 03:00, amps: 10}]}",
            "16",
            "16 A on L1, the worst case of the uncontrolled load below, got 10 A",
        ),
    ],
)
def test_uncontrolled_load_must_fit_without_any_fallback(
    tmp_path: Path, limit_a: str, worst_case_a: str, said: str
) -> None:
    load = f"limit_a: {limit_a}\n    uncontrolled: {{worst_case_a: {worst_case_a}, metered: true}}"
    assert said_of(tmp_path, "limit_a: 63", load) == [
        f"6: feeders[0].limit_a: expected at least {said}"
    ]


def test_meter_that_shows_all_has_to_be_there(tmp_path: Path) -> None:
    load = "limit_a: 63\n    uncontrolled: {worst_case_a: 6, meter_shows: all}\n"
    said = "7: feeders[0].uncontrolled.meter_shows: expected metered: true beside it"
    assert said_of(tmp_path, "limit_a: 63\n", load) == [said]
    nested = "limit_a: 40, uncontrolled: {worst_case_a: 6, meter_shows: all}"
    place = "feeders[0].feeders[0].uncontrolled.meter_shows"
    assert said_of(tmp_path, "limit_a: 40", nested) == [
        f"8: {place}: expected metered: true beside it"
    ]


def test_meter_shows_one_of_two_things(tmp_path: Path) -> None:
    load = "limit_a: 63\n    uncontrolled: {worst_case_a: 6, metered: true, meter_shows: total}\n"
    said = "7: feeders[0].uncontrolled.meter_shows: expected 'uncontrolled' or 'all', got 'total'"
    assert said_of(tmp_path, "limit_a: 63\n", load) == [said]


def test_fallbacks_of_guests_must_fit_too(tmp_path: Path) -> None:
    guests = "guests: {feeder: level-1, lines: [3], max_a: 16, fallback_a: 11}\nchargers:"
    assert said_of(tmp_path, "chargers:", guests) == [
        (
            "8: feeders[0].feeders[0].limit_a: expected room for the standing fallbacks below: "
            "44 A and 0 A uncontrolled on L3 are more than the limit of 40 A"
        )
    ]
