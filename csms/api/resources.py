"""Batteries, sun, heat and loads that can wait: how they stand, and what is told of them."""

from fastapi import APIRouter, status

from csms.api.dependencies import Context
from csms.service.bodies import ResourceReading, WeatherReport
from csms.service.resource_view import ResourceState

router = APIRouter(prefix="/sites", tags=["resources"])


@router.get("/{site_id}/resources")
async def list_resources(context: Context, site_id: str) -> list[ResourceState]:
    """How a site's resources stand: what is told of them, what they are told, how they count."""
    return context.operations.resources.states(site_id)


@router.put("/{site_id}/resources/{resource_id}/reading", status_code=status.HTTP_204_NO_CONTENT)
async def report_reading(
    context: Context, site_id: str, resource_id: str, reading: ResourceReading
) -> None:
    """Report what a resource draws or gives, holds, or how warm it is."""
    context.operations.resources.report(site_id, resource_id, reading.values, reading.at)


@router.put("/{site_id}/weather", status_code=status.HTTP_204_NO_CONTENT)
async def report_weather(context: Context, site_id: str, weather: WeatherReport) -> None:
    """Report how warm it is outdoors, now and as it is forecast: for rooms that lose heat to it."""
    context.operations.resources.report_weather(site_id, weather.told)
