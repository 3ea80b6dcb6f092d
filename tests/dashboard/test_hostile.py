"""What a charger says stays text on every page, whatever it says of itself, tokens and errors."""

from pathlib import Path
from typing import Any, Final

import pytest

from csms.domain.authorization import IdToken, TokenRecord
from csms.domain.station import StationModel
from csms.journal.journal import JournalSettings
from tests.dashboard.desk import SITE, Desk, open_desk, served
from tests.dashboard.rig import NewTab
from tests.dashboard.test_unknown import PROOF
from tests.journal.messages import exchange
from tests.service.conftest import blank_file, database_file
from tests.service.handlers.stories import TellerV16
from tests.service.rig import NOON, after
from tests.service.sites import connect

__all__ = ["blank_file", "database_file"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

ATTACK: Final = '"><svg/onload=f()>'
"""Short enough for every field: an id tag has 20 characters in 1.6."""
STRANGER: Final = f"X{ATTACK}"
PAGES: Final = (
    *("", "/plan", "/alerts", "/transactions", "/transactions/1", "/energy", "/forecast"),
    *("/grid", "/chargers", "/chargers/G-01", "/tokens", "/commands", "/messages"),
)
SHOWING: Final = ("/chargers/G-01", "/tokens")
"""Pages that show the text itself, and not only what was made of it."""
HOSTILE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "BootNotification",
        {
            "chargePointVendor": ATTACK,
            "chargePointModel": ATTACK,
            "chargePointSerialNumber": ATTACK,
            "firmwareVersion": ATTACK,
            "meterType": ATTACK,
        },
    ),
    (
        "StatusNotification",
        {
            "connectorId": 2,
            "status": "Faulted",
            "errorCode": "OtherError",
            "info": ATTACK,
            "vendorErrorCode": ATTACK,
            "vendorId": ATTACK,
        },
    ),
    ("DataTransfer", {"vendorId": ATTACK, "messageId": ATTACK, "data": ATTACK}),
    ("DiagnosticsStatusNotification", {"status": "UploadFailed"}),
)


async def say_all(desk: Desk) -> None:
    """Let a charger say the same in every field that it has, and somebody come under that name."""
    office, teller = desk.api.office, TellerV16()
    connect(office.live, "G-01", "G-02")
    for action, payload in HOSTILE:
        await office.hear(teller.adapter, action, payload)
    teller.learns(await office.hear(teller.adapter, *teller.starts(NOON, ATTACK)))
    office.clock.instant = after(10)
    await office.hear(teller.adapter, *teller.measures(after(10)))
    await desk.api.context.tokens.put(TokenRecord(token=IdToken(ATTACK), group=ATTACK))
    office.adoption.attempts.note(STRANGER, PROOF, ATTACK, NOON)
    model = StationModel(vendor=ATTACK, model=ATTACK, serial=ATTACK, firmware=ATTACK)
    office.adoption.attempts.introduce(STRANGER, model)


async def test_no_page_takes_what_a_charger_says_for_a_part_of_itself(
    database_file: Path, tmp_path: Path, new_tab: NewTab
) -> None:
    settings = JournalSettings(folder=tmp_path / "journal")
    async with open_desk(database_file, ["ola"], journal=settings) as desk:
        journal = desk.api.context.journal
        assert journal is not None
        journal.note(exchange(call=f'[2,"1","DataTransfer",{{"data":"{ATTACK[2:]}"}}]'))
        await say_all(desk)
        async with served(desk) as server:
            tab = await new_tab()
            cookie: Any = {
                "name": "chargeflex",
                "value": await desk.cookie("ola"),
                "url": server.url,
            }
            await tab.page.context.add_cookies([cookie])
            fallen, silent = [], []
            for path in PAGES:
                await tab.page.goto(f"{server.url}/sites/{SITE}{path}")
                if path == "":
                    await tab.page.click(".tile button")
                if path == "/chargers":
                    await tab.page.wait_for_selector(".unknown-list li")
                if await tab.page.locator("[onload]").count():
                    fallen.append(path)
                if path in SHOWING and "onload=f()" not in await tab.page.inner_text("body"):
                    silent.append(path)
            assert (fallen, silent) == ([], [])
            assert [one for one in tab.complaints if "Content Security Policy" in one] == []
