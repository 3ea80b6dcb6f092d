"""Running the whole system from the command line until somebody ends it."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

from csms.api.server import HttpSettings
from csms.app import App, AppSettings
from csms.domain.authorization import AdmissionPolicy
from csms.gateway.server import GatewaySettings
from csms.history.keeper import HistorySettings
from csms.settings.app_file import HistoryModel, read_app
from csms.storage.database import DatabaseSettings

_SQLITE: Final = "sqlite:///"
_DATABASE_VARIABLE: Final = "CHARGEFLEX_DATABASE_URL"
"""In place of the file's key: a URL with a password does not belong in a file."""


def read_settings(path: Path) -> tuple[AppSettings, str]:
    """Read a settings file; return the settings and the log level.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    model, sites = read_app(path)
    url = os.environ.get(_DATABASE_VARIABLE) or model.database.url
    if url.startswith(_SQLITE) and not url.startswith(f"{_SQLITE}/"):
        url = f"{_SQLITE}{(path.parent / url.removeprefix(_SQLITE)).resolve()}"
    settings = AppSettings(
        sites=sites,
        gateway=GatewaySettings(
            host=model.ocpp.host,
            port=model.ocpp.port,
            prefixes=tuple(model.ocpp.prefixes),
            ping_every_s=model.ocpp.ping_every_s,
            call_timeout_s=model.ocpp.call_timeout_s,
            has_compression=model.ocpp.compression,
        ),
        http=HttpSettings(
            host=model.http.host, port=model.http.port, hosts=tuple(model.http.hosts)
        ),
        database=DatabaseSettings(url=url),
        history=_history(model.history, path.parent),
        admission=AdmissionPolicy(model.authorize),
        solver_time_limit_s=model.solver_time_limit_s,
    )
    return settings, model.log.level


def _history(model: HistoryModel, beside: Path) -> HistorySettings | None:
    if model.folder is None:
        return None
    return HistorySettings(
        folder=(beside / model.folder).resolve(),
        after_h=model.after_h,
        keep_days=model.keep_days.model_dump(by_alias=True),
    )


async def run_until_ended(app: App, on_ready: Callable[[], None]) -> None:
    """Run until the process is asked to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop.set)
    await app.serve(stop, on_ready)
