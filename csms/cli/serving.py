"""Running the whole system from the command line until somebody ends it."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from csms.api.rate_limit import Rate
from csms.api.server import HttpSettings, HttpTls
from csms.app import App
from csms.app_settings import AppSettings
from csms.cli.mqtt_settings import mqtt_settings
from csms.domain.access import AccessMode
from csms.domain.attempt import StrangerPolicy
from csms.domain.authorization import AdmissionPolicy, TokenRules
from csms.domain.security import SecurityProfile
from csms.forecasting.settings import ForecastSettings
from csms.gateway.server import GatewaySettings
from csms.gateway.tls import CertificateFiles, TlsSettings
from csms.history.keeper import HistorySettings
from csms.journal.journal import JournalSettings
from csms.language.languages import Language
from csms.pki.own_authority import CaSettings, IssuerSettings
from csms.pki.supplier import SupplierSettings
from csms.pki.vehicle_pki import VehiclePkiSettings
from csms.service.requirements import SecurityPolicy
from csms.service.transaction_watch import ClosingPolicy
from csms.settings.app_file import highest_profile, read_app
from csms.settings.app_schema import (
    CaModel,
    HistoryModel,
    HttpModel,
    JournalModel,
    OcppModel,
    PlugAndChargeModel,
    SupplierModel,
    TransactionsModel,
)
from csms.settings.grid_schema import grid_companies
from csms.settings.header_file import parse_headers, read_headers
from csms.settings.site_files import SiteFilePlace
from csms.storage.database import DatabaseSettings

_SQLITE: Final = "sqlite:///"
_PASSPHRASE_VARIABLE: Final = "CHARGEFLEX_CA_PASSPHRASE"  # noqa: S105 - its name
_HEADERS_VARIABLE: Final = "CHARGEFLEX_CONTRACT_SUPPLIER_HEADERS"
"""In place of `headers_file`: lines `Name: value`."""
_DATABASE_VARIABLE: Final = "CHARGEFLEX_DATABASE_URL"
"""In place of the file's key: a URL with a password does not belong in a file."""


def read_settings(path: Path) -> tuple[AppSettings, str]:
    """Read a settings file; return the settings and the log level.

    Raises:
        SettingsError: Naming file, line, key and what was expected there.
    """
    model, sites = read_app(path)
    settings = AppSettings(
        access=AccessMode(model.access),
        sites=sites,
        site_files={
            site.site_id: SiteFilePlace(path.parent / name)
            for site, name in zip(sites, model.sites, strict=True)
        },
        file=path,
        gateway=_gateway(model.ocpp, path.parent),
        http=_http(model.http, path.parent),
        database=_database(model.database.url, path.parent),
        forecasts=ForecastSettings(**model.forecasts.model_dump()) if model.forecasts else None,
        history=_history(model.history, path.parent),
        journal=_journal(model.journal, path.parent),
        tokens=TokenRules(
            admission=AdmissionPolicy(model.authorize), is_one_at_a_time=model.one_car_per_token
        ),
        closing=_closing(model.transactions),
        security=_security(model.ocpp),
        ca=_ca(model.ca, path.parent),
        vehicles=_vehicles(model.plug_and_charge, path.parent),
        mqtt=mqtt_settings(model.mqtt, path.parent),
        grid_companies=grid_companies(model.grid_companies),
        solver_time_limit_s=model.solver_time_limit_s,
    )
    return settings, model.log.level


def _gateway(model: OcppModel, beside: Path) -> GatewaySettings:
    return GatewaySettings(
        host=model.host,
        port=model.port,
        prefixes=tuple(model.prefixes),
        ping_every_s=model.ping_every_s,
        call_timeout_s=model.call_timeout_s,
        has_compression=model.compression,
        tls=_tls(model, beside),
    )


def _http(model: HttpModel, beside: Path) -> HttpSettings:
    tls = model.tls
    return HttpSettings(
        host=model.host,
        port=model.port,
        hosts=tuple(model.hosts),
        language=Language(model.language),
        rate=Rate(**model.rate.model_dump()) if model.rate else None,
        tls=HttpTls(beside / tls.chain, beside / tls.key) if tls else None,
    )


def _database(said: str, beside: Path) -> DatabaseSettings:
    """The database of the environment, or else of the file, beside which a file of its own is."""
    url = os.environ.get(_DATABASE_VARIABLE) or said
    if url.startswith(_SQLITE) and not url.startswith(f"{_SQLITE}/"):
        url = f"{_SQLITE}{(beside / url.removeprefix(_SQLITE)).resolve()}"
    return DatabaseSettings(url=url)


def _closing(model: TransactionsModel) -> ClosingPolicy:
    within_min, after_h = model.resume_within_min, model.close_after_h
    return ClosingPolicy(
        resume_within=None if within_min is None else timedelta(minutes=within_min),
        close_after=None if after_h is None else timedelta(hours=after_h),
    )


def _security(model: OcppModel) -> SecurityPolicy:
    usual = SecurityProfile.PASSWORD if model.tls is None else SecurityProfile.TLS_PASSWORD
    said = model.security_profile
    return SecurityPolicy(
        profile=usual if said is None else SecurityProfile(said),
        most=SecurityProfile(highest_profile(model)),
        operator=model.tls.operator if model.tls else None,
        strangers=StrangerPolicy(model.unknown_stations),
    )


def _ca(model: CaModel | None, beside: Path) -> CaSettings | None:
    if model is None:
        return None
    said = os.environ.get(_PASSPHRASE_VARIABLE)
    passphrase = said.encode() if said else None

    def issuer(folder: str, days: int) -> IssuerSettings:
        return IssuerSettings(folder=beside / folder, passphrase=passphrase, days=days)

    return CaSettings(
        station=issuer(model.folder, model.station_days),
        v2g=issuer(model.v2g.folder, model.v2g.days) if model.v2g else None,
        renew_before_days=model.renew_before_days,
    )


def _vehicles(model: PlugAndChargeModel | None, beside: Path) -> VehiclePkiSettings | None:
    if model is None:
        return None
    return VehiclePkiSettings(
        roots=tuple(beside / one for one in model.roots or ()),
        responders=tuple(model.responders),
        ocsp_timeout_s=model.ocsp_timeout_s,
        supplier=_supplier(model.supplier, beside),
    )


def _supplier(model: SupplierModel | None, beside: Path) -> SupplierSettings | None:
    if model is None:
        return None
    headers = _headers(model.headers_file, beside)
    return SupplierSettings(url=model.url, timeout_s=model.timeout_s, headers=headers)


def _headers(file: str | None, beside: Path) -> dict[str, str]:
    """What is sent along to the supplier: from the environment, or else from a file."""
    said = os.environ.get(_HEADERS_VARIABLE)
    if said:
        return parse_headers(said, _HEADERS_VARIABLE)
    return read_headers(beside / file) if file else {}


def _tls(model: OcppModel, beside: Path) -> TlsSettings | None:
    tls = model.tls
    if tls is None:
        return None
    return TlsSettings(
        host=tls.host or model.host,
        port=tls.port,
        certificates=tuple(
            CertificateFiles(beside / one.chain, beside / one.key) for one in tls.certificates
        ),
        client_ca=tuple(beside / one for one in tls.client_ca or ()),
        crl=tuple(beside / one for one in tls.crl or ()),
        min_version=tls.min_version,
    )


def _history(model: HistoryModel, beside: Path) -> HistorySettings | None:
    if model.folder is None:
        return None
    return HistorySettings(
        folder=(beside / model.folder).resolve(),
        after_h=model.after_h,
        keep_days=model.keep_days.model_dump(by_alias=True),
    )


def _journal(model: JournalModel, beside: Path) -> JournalSettings | None:
    if model.folder is None:
        return None
    return JournalSettings(
        folder=(beside / model.folder).resolve(), keep_days=model.keep_days, most_mb=model.most_mb
    )


async def run_until_ended(app: App, on_ready: Callable[[], None]) -> None:
    """Run until the process is asked to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop.set)
    async with asyncio.TaskGroup() as tasks:
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(
                signal.SIGHUP, lambda: tasks.create_task(app.reload_certificates())
            )
        await app.serve(stop, on_ready)
