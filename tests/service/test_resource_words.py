"""What the page says of resources."""

from datetime import timedelta
from pathlib import Path

from csms.domain.resource import Quantity, Setpoint
from csms.service.resource_words import resource_figures
from tests.domain.resources import BATTERY, HEAT_PUMP, ROOF, with_resources
from tests.domain.sites import small_site
from tests.service.rig import NOON, open_office

SITE = with_resources(small_site(), BATTERY, ROOF, HEAT_PUMP)


async def test_each_resource_has_a_line_with_what_it_does_and_why(database_file: Path) -> None:
    async with open_office(database_file, SITE) as office:
        report, live = office.operations.resources.report, office.live
        battery = live.resources["battery"]
        battery.known_from = NOON - timedelta(hours=1)
        values = {Quantity.POWER_W: -3_000.0, Quantity.SOC_PCT: 61.4}
        report("fjordgata", "battery", values, NOON)
        report("fjordgata", "roof", {Quantity.POWER_W: -20.0}, NOON)
        battery.tell(Setpoint(-3_000.0, NOON, NOON + timedelta(minutes=6)))
        battery.planned = "Gives 3.0 kW: 61 % full, keeps 10 %"
        lines = [(one.key, one.title, one.today, one.month) for one in resource_figures(live, NOON)]
        assert lines == [
            (
                "resource-battery",
                "Battery",
                "gives 3.0 kW, 61 %",
                "Gives 3.0 kW: 61 % full, keeps 10 %",
            ),
            ("resource-roof", "Roof", "off", "It draws nothing, and what it gives makes no room"),
            (
                "resource-heat-pump",
                "Heat pump",
                "not heard",
                "Counts at its rating of 4.14 kW: its power is not told",
            ),
        ]


async def test_site_without_resources_has_no_line(database_file: Path) -> None:
    async with open_office(database_file, small_site()) as office:
        assert resource_figures(office.live, NOON) == ()
