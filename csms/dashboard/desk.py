"""All pages of the operator's desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from fastapi import APIRouter

from csms.dashboard.account_page import account_router
from csms.dashboard.alerts import AlertReads, alerts_router
from csms.dashboard.audit_page import audit_router
from csms.dashboard.chargers import ChargerDesk, ChargerReads, chargers_router
from csms.dashboard.commands import commands_router
from csms.dashboard.connector_acts import ConnectorDesk
from csms.dashboard.connector_page import connector_router
from csms.dashboard.energy import DayReads, energy_router
from csms.dashboard.forecast_page import ForecastOf, LiveSites, forecast_router
from csms.dashboard.grid_page import ProofReads, grid_router
from csms.dashboard.keys_page import keys_router
from csms.dashboard.login_page import login_router
from csms.dashboard.messages import messages_router
from csms.dashboard.open_alerts import silent_companies
from csms.dashboard.own_page import own_router
from csms.dashboard.pages import dashboard_router
from csms.dashboard.party_page import party_router
from csms.dashboard.plan_page import LimitRanges, PlanOutlooks, plan_router
from csms.dashboard.printer import Printer
from csms.dashboard.site_file_page import (
    SiteFileReader,
    SiteVersionReads,
    site_file_router,
)
from csms.dashboard.tokens import TokenReads, tokens_router
from csms.dashboard.transactions import TransactionReads, transactions_router
from csms.dashboard.user_page import user_router
from csms.dashboard.users_page import users_router
from csms.dashboard.welcome_page import welcome_router
from csms.domain.authorization import AdmissionPolicy
from csms.service.access_side import AccessSide
from csms.service.demand_board import DemandBoard
from csms.service.grid_desk import GridDesk
from csms.service.grid_parties import Party
from csms.service.own_charging import OwnCharging
from csms.service.ports import MessageJournal


class Reads(
    TransactionReads,
    DayReads,
    ChargerReads,
    ProofReads,
    TokenReads,
    AlertReads,
    SiteVersionReads,
    Protocol,
):
    """Looks up what is stored."""


class PlannedSites(LiveSites, PlanOutlooks, Protocol):
    """Sites as they are now, and as they are planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where pages get what they show.

    Attributes:
        sites: Sites as they are now, and as they are planned.
        what_if: Which other limits can be asked about.
        site_files: Their files.
        reads: What is stored.
        chargers: How chargers stand.
        admission: Who may charge whose token is not listed.
        parties: All grid companies.
        forecast_of: What is known of a site's forecasts.
        board: What sites are expected to need.
        journal: Messages; None: they are not kept.
        access: Who is let in.
        own: What residents may.
        grid: Answers grid companies.
        connectors: What can be done at connectors.
    """

    sites: PlannedSites
    what_if: LimitRanges
    site_files: SiteFileReader
    reads: Reads
    chargers: ChargerDesk
    admission: AdmissionPolicy
    parties: Iterable[Party]
    forecast_of: ForecastOf
    board: DemandBoard
    journal: MessageJournal | None
    access: AccessSide
    own: OwnCharging
    grid: GridDesk
    connectors: ConnectorDesk


def desk_pages(sources: Sources, printer: Printer) -> tuple[APIRouter, ...]:
    """Build the routes of all pages."""
    printer.count_silent(lambda site_id: sum(1 for _ in silent_companies(sources.parties, site_id)))
    return (
        dashboard_router(sources.sites, printer),
        connector_router(sources.sites, sources.connectors, printer),
        site_file_router(sources.sites, sources.site_files, sources.reads, printer),
        plan_router(sources.sites, sources.what_if, printer),
        transactions_router(sources.sites, sources.reads, printer),
        energy_router(sources.sites, sources.reads, printer),
        grid_router(sources.sites, sources.parties, sources.reads, printer),
        alerts_router(sources.sites, sources.parties, sources.reads, printer),
        chargers_router(sources.sites, sources.reads, sources.chargers, printer),
        tokens_router(sources.sites, sources.reads, sources.admission, printer),
        commands_router(sources.sites, printer),
        forecast_router(sources.sites, sources.forecast_of, sources.board, printer),
        *_access_pages(sources, printer),
        messages_router(sources.sites, sources.journal, printer),
    )


def _access_pages(sources: Sources, printer: Printer) -> tuple[APIRouter, ...]:
    """Pages of who is let in, and of those who see no site."""
    side = sources.access
    return (
        login_router(side, printer),
        welcome_router(side, printer),
        account_router(side, printer),
        users_router(side, sources.sites, sources.parties, printer),
        user_router(side, sources.sites, sources.parties, printer),
        keys_router(side, sources.sites, printer),
        audit_router(side.audits, sources.sites, printer),
        own_router(sources.own, sources.reads, side.log, printer),
        party_router(sources.grid, printer),
    )
