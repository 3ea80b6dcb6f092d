"""Alembic's entry: runs on the connection that the program hands over."""

from alembic import context
from sqlmodel import SQLModel

from csms.storage import (
    access_tables,
    demand_tables,
    evse_band_tables,
    forecast_tables,
    guard_tables,
    notice_tables,
    price_tables,
    site_day_tables,
    site_version_tables,
    tables,
    weather_tables,
)

for model in (
    *(tables.SiteRow, notice_tables.StationJobRow),
    *(guard_tables.GuardEventRow, site_day_tables.SiteDayRow, price_tables.PriceSlotRow),
    *(forecast_tables.ForecastModelRow, demand_tables.DemandForecastRow),
    *(access_tables.UserRow, site_version_tables.SiteVersionRow),
    *(evse_band_tables.EvseBandRow, weather_tables.OutdoorRow),
):
    assert model.metadata is SQLModel.metadata  # noqa: S101 - the import fills the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
