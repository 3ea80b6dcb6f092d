"""The page of a resident: what their own id tokens charge now, and have charged."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from csms.dashboard.forms import read_form, sentence
from csms.dashboard.need_form import stated_need
from csms.dashboard.page_router import page_router
from csms.dashboard.printer import Printer
from csms.dashboard.words import NOTHING, STATE_WORDS
from csms.domain.access_errors import NotOwnError
from csms.domain.errors import ChargeFlexError
from csms.domain.transaction_search import TransactionsWanted
from csms.language.said import Said
from csms.service.caller import current_caller
from csms.service.own_charging import OwnCharge, OwnCharging
from csms.service.row_number import RowNumber

_PAGE: Final = 30
_WH_PER_KWH: Final = 1000.0


class OwnReads(Protocol):
    """Looks transactions up."""

    async def transactions(self, wanted: TransactionsWanted, limit: int) -> list[dict[str, Any]]:
        """Transactions, the newest first, each with its site."""
        ...


class Clock(Protocol):
    """The time, as sites have it."""

    def now(self) -> datetime:
        """The present instant."""
        ...


def own_router(own: OwnCharging, reads: OwnReads, clock: Clock, printer: Printer) -> APIRouter:
    """Build the routes of the page.

    Args:
        own: Sees and steers what charges.
        reads: Looks transactions up.
        clock: The time.
        printer: Prints it.
    """
    router = page_router(printer)

    async def print_own(status: HTTPStatus = HTTPStatus.OK, said: str = "") -> HTMLResponse:
        caller = current_caller()
        rows = [
            row
            for token in sorted(caller.tokens)
            for row in await reads.transactions(TransactionsWanted(token=token), _PAGE)
        ]
        rows.sort(key=lambda row: -row["number"])
        return printer.page(
            "own.html",
            status,
            charges=[present_charge(one) for one in own.charges(caller)],
            past=[_present_past(row) for row in rows if row["ended_at"] is not None][:_PAGE],
            said=said,
        )

    @router.get("/own")
    async def show_own() -> HTMLResponse:
        """What charges now, and what has charged."""
        return await print_own()

    @router.post("/own/{number}/need")
    async def state_own_need_by_page(request: Request, number: RowNumber) -> Response:
        """State what one's own vehicle needs."""
        form, caller = await read_form(request), current_caller()
        try:
            charge = next(
                (one for one in own.charges(caller) if one.transaction.number == number), None
            )
            if charge is None:
                raise NotOwnError(number)
            await own.state_need(
                caller, number, stated_need(form, ZoneInfo(charge.timezone), clock.now())
            )
        except ChargeFlexError as error:
            return await print_own(HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error))
        return RedirectResponse("/own", HTTPStatus.SEE_OTHER)

    @router.post("/own/{number}/stop")
    async def stop_own_by_page(number: RowNumber) -> Response:
        """Ask the station to stop."""
        try:
            outcome = await own.stop(current_caller(), number)
        except ChargeFlexError as error:
            return await print_own(HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error))
        if not outcome.is_accepted:
            said = Said(
                "The charger has not stopped: %(why)s.", why=outcome.detail or outcome.status
            )
            return await print_own(HTTPStatus.CONFLICT, said)
        return RedirectResponse("/own", HTTPStatus.SEE_OTHER)

    return router


def present_charge(charge: OwnCharge) -> dict[str, object]:
    """What charges, in words."""
    evse, need, zone = charge.evse, charge.transaction.need, ZoneInfo(charge.timezone)
    wanted_wh, departs_at = need.energy_wh, need.departs_at
    return {
        "number": charge.transaction.number,
        "place": f"{charge.site_name}, {evse.station_id}",
        "state": evse.state.value,
        "word": STATE_WORDS[evse.state],
        "power_kw": None if evse.power_w is None else evse.power_w / 1000,
        "energy_kwh": charge.transaction.energy_wh / _WH_PER_KWH,
        "limit_a": evse.limit_a,
        "reason": evse.reason.text,
        "since": f"{charge.transaction.started_at.astimezone(zone):%H:%M}",
        "kwh": "" if wanted_wh is None else f"{wanted_wh / _WH_PER_KWH:g}",
        "leaves": f"{departs_at.astimezone(zone):%H:%M}" if departs_at else "",
        "timezone": charge.timezone,
    }


def _present_past(row: dict[str, Any]) -> dict[str, str]:
    cost = row["total_cost"]
    return {
        "began": f"{row['started_at']:%Y-%m-%d %H:%M}",
        "ended": f"{row['ended_at']:%Y-%m-%d %H:%M}",
        "station": row["station_id"],
        "energy": f"{row['energy_wh'] / _WH_PER_KWH:.2f}",
        "cost": NOTHING if cost is None else f"{cost:.2f}",
    }
