"""One running system for all cases of a process, and the table of what has passed."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio

from csms.domain.authorization import AdmissionPolicy, TokenRules
from tests.conformance.cases import CASES_IN_BLOCK
from tests.conformance.csms import Csms, running_csms, site_of
from tests.conformance.proofs import Keys, new_keys
from tests.conformance.v16 import table

_CASE: Final = "conformance case"
_NOT_PASSED: Final = ("failed", "error", "skipped", "xfailed", "xpassed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "case(id, profiles): an official test case")
    config.pluginmanager.register(table, "conformance 1.6")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--table", action="store_true", help="print cases passed, by profile")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("case"):
            item.user_properties.append((_CASE, mark.args))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print how many cases have passed, by profile, and how many there are."""
    if not config.getoption("table", default=False):
        return
    run = _profiles_of_cases(terminalreporter, ("passed", *_NOT_PASSED))
    good = run.keys() - _profiles_of_cases(terminalreporter, _NOT_PASSED).keys()
    total_of = Counter(profile for profiles in run.values() for profile in profiles)
    passed_of = Counter(profile for case_id in good for profile in run[case_id])
    terminalreporter.section("OCPP 2.0.1, cases for a CSMS")
    for profile in sorted(total_of):
        terminalreporter.write_line(f"{profile:<28} {passed_of[profile]:>4} of {total_of[profile]}")
    total = sum(CASES_IN_BLOCK.values())
    verdict = "PASS" if len(good) == total else "FAIL"
    terminalreporter.write_line(f"conformance: {len(good)} cases passed (bar {total}) {verdict}")


def _profiles_of_cases(
    terminalreporter: pytest.TerminalReporter, verdicts: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    """The cases of which a test had one of these verdicts, and their profiles."""
    reports = (report for one in verdicts for report in terminalreporter.getreports(one))
    told = (value for report in reports for name, value in report.user_properties if name == _CASE)
    return dict(told)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def csms(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """The system under test."""
    async with running_csms(tmp_path_factory.mktemp("csms")) as system:
        yield system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Csms]:
    """Another one, where only listed tokens may charge."""
    folder = tmp_path_factory.mktemp("guarded")
    rules = TokenRules(admission=AdmissionPolicy.LISTED_TOKENS)
    async with running_csms(folder, tokens=rules) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="session")
async def narrow(tmp_path: Path) -> AsyncIterator[Csms]:
    """Another one, whose only station cannot have at both EVSEs all that it can take."""
    async with running_csms(tmp_path, sites=(site_of(stations=1, feeder_a=40.0),)) as system:
        yield system


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Whom stations trust, and who signs their certificates."""
    return new_keys(tmp_path_factory.mktemp("keys"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def secure(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> AsyncIterator[Csms]:
    """Another one, where stations have to prove who they are."""
    async with running_csms(tmp_path_factory.mktemp("secure"), **keys.settings) as system:
        yield system
