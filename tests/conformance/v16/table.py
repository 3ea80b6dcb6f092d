"""The table of what has passed of OCPP 1.6: a plugin beside the one for OCPP 2.0.1."""

from collections import Counter
from typing import Final

import pytest

from tests.conformance.v16.cases import BAR, CHAPTERS

_CASE: Final = "conformance case 1.6"
_NOT_PASSED: Final = ("failed", "error", "skipped", "xfailed", "xpassed")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "case16(section, chapter, is_each): a case of OCPP 1.6")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write down which case every test belongs to."""
    for item in items:
        for mark in item.iter_markers("case16"):
            section, chapter, is_each = mark.args
            name = item.nodeid if is_each else item.nodeid.partition("[")[0]
            item.user_properties.append((_CASE, (f"{section} {name}", chapter)))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print how many cases have passed, by chapter, and how many there are."""
    if not config.getoption("table", default=False):
        return
    run = _chapters_of_cases(terminalreporter, ("passed", *_NOT_PASSED))
    good = run.keys() - _chapters_of_cases(terminalreporter, _NOT_PASSED).keys()
    total_of = Counter(run.values())
    passed_of = Counter(run[case] for case in good)
    terminalreporter.section("OCPP 1.6, cases for a central system")
    for chapter in CHAPTERS:
        terminalreporter.write_line(f"{chapter:<28} {passed_of[chapter]:>4} of {total_of[chapter]}")
    verdict = "PASS" if len(good) >= BAR else "FAIL"
    terminalreporter.write_line(f"conformance 1.6: {len(good)} cases passed (bar {BAR}) {verdict}")


def _chapters_of_cases(
    terminalreporter: pytest.TerminalReporter, verdicts: tuple[str, ...]
) -> dict[str, str]:
    """The cases of which a test had one of these verdicts, and their chapters."""
    reports = (report for one in verdicts for report in terminalreporter.getreports(one))
    told = (value for report in reports for name, value in report.user_properties if name == _CASE)
    return dict(told)
