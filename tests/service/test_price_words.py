"""Prices as people see them."""

from datetime import timedelta

import pytest

from csms.domain.prices import PriceKind, PriceSeries
from csms.domain.site import Site
from csms.domain.site_policy import Aim
from csms.domain.tariff import DemandCharge, EnergyFee, Tariff
from csms.service.live_site import LiveSite
from csms.service.price_words import price_course, price_figures, words_of_waiting
from csms.service.site_prices import Silence
from tests.domain.series import hour, hourly
from tests.domain.sites import small_site
from tests.service.priced import priced

AT_SIX = hour(6)
DAY = hourly(*[1.8] * 7, 0.61, *[1.2] * 16)
"""1.80 until 07:00, then an hour at 0.61, then 1.20."""


def site(
    aim: Aim = Aim.CHEAP, tariff: Tariff | None = None, plan_by: PriceKind = PriceKind.ENERGY
) -> LiveSite:
    kinds = tuple(PriceKind)
    live = LiveSite(priced(small_site(), kinds, tariff=tariff, aim=aim, plan_by=plan_by))
    live.prices.take(PriceKind.ENERGY, DAY, AT_SIX)
    return live


def test_vehicle_that_waits_for_a_lower_price_says_which_and_from_when() -> None:
    words = words_of_waiting(site(), hour(7), AT_SIX)
    assert words == "Waits for the cheap hours from 07:00: 0.61 for 1.80 NOK/kWh"


def test_price_that_counts_is_the_whole_one() -> None:
    tariff = Tariff(vat_share=0.25, energy=EnergyFee(0.3))
    words = words_of_waiting(site(tariff=tariff), hour(7), AT_SIX)
    assert words.endswith("1.06 for 2.55 NOK/kWh")


def test_co2_is_told_in_grams() -> None:
    live = site(plan_by=PriceKind.CO2)
    live.prices.take(PriceKind.CO2, hourly(*[130.0] * 7, *[20.4] * 17), AT_SIX)
    words = words_of_waiting(live, hour(7), AT_SIX)
    assert words == "Waits for the cheap hours from 07:00: 20 for 130 g/kWh"


@pytest.mark.parametrize("until", [None, hour(6.5), hour(30)])
def test_what_is_not_cheaper_later_is_no_reason(until: object) -> None:
    live = site()
    live.prices.take(PriceKind.ENERGY, hourly(*[1.8] * 24, day=1), AT_SIX)
    assert words_of_waiting(live, until, AT_SIX) == ""  # type: ignore[arg-type]


def test_price_is_no_reason_where_the_site_does_not_aim_at_it() -> None:
    assert words_of_waiting(site(Aim.EARLY), hour(7), AT_SIX) == ""
    assert words_of_waiting(LiveSite(small_site()), hour(7), AT_SIX) == ""


def test_fee_on_power_is_the_reason_where_the_price_stays() -> None:
    live = site(tariff=Tariff(capacity=DemandCharge(per_kw=60.0)))
    assert words_of_waiting(live, hour(6.5), AT_SIX) == (
        "Spread out until 06:30, as high power has its price"
    )


def figure(live: LiveSite, at: float = 6) -> tuple[str, str, str]:
    [one] = price_figures(live, hour(at))
    return one.title, one.today, one.month


def test_page_shows_the_price_now_and_the_lowest_to_come() -> None:
    assert figure(site()) == ("Price now", "1.80 NOK/kWh", "lowest 0.61 at 07:00")
    assert figure(site(), at=7.5) == ("Price now", "0.61 NOK/kWh", "lowest 0.61 at 07:30")


def test_page_says_what_is_assumed_and_what_is_missing() -> None:
    live = site()
    assert figure(live, at=30) == ("Price now", "1.80 NOK/kWh", "assumed, as on a day before")
    live.prices.silences[PriceKind.ENERGY] = Silence(since=AT_SIX, cause="nothing came")
    assert figure(live)[2] == "its source is silent"
    assert figure(live, at=30)[2] == "assumed, as its source is silent"
    unknown = LiveSite(priced(small_site()))
    assert figure(unknown) == ("Price now", "\N{EN DASH}", "not known")
    assert price_figures(LiveSite(small_site()), AT_SIX) == ()


def test_course_has_a_step_for_each_change_and_ends_in_a_gap() -> None:
    course = price_course(site(), hour(5), hour(9))
    assert course == {
        "unit": "NOK/kWh",
        "t": [hour(5).timestamp(), hour(7).timestamp(), hour(8).timestamp(), hour(9).timestamp()],
        "per_kwh": [1.8, 0.61, 1.2, None],
        "is_assumed": [False] * 4,
    }
    assert price_course(LiveSite(small_site()), hour(5), hour(9)) is None


def test_course_shows_gaps_and_what_is_assumed() -> None:
    live = LiveSite(priced(small_site()))
    live.prices.take(PriceKind.ENERGY, hourly(1.0, 2.0).replaced(hourly(3.0, start=5)), AT_SIX)
    course = price_course(live, hour(0), hour(6))
    assert course is not None
    assert course["per_kwh"] == [1.0, 2.0, None, 3.0, None]
    course = price_course(live, hour(0, day=1), hour(1, day=1))
    assert course is not None
    assert (course["per_kwh"], course["is_assumed"]) == ([1.0, None], [True, False])


def test_energy_has_the_price_of_its_instant_in_the_key_figures() -> None:
    live = site(tariff=Tariff(energy=EnergyFee(0.3)))
    assert live.tally.rates is live.prices
    assert live.prices.price_per_kwh(hour(7)) == pytest.approx(0.91)
    assert live.prices.price_per_kwh(hour(31)) == pytest.approx(0.91)  # assumed
    assert live.prices.price_per_kwh(hour(0) + timedelta(days=40)) is None
    assert live.prices.co2_g_per_kwh(hour(7)) is None
    live.prices.take(PriceKind.CO2, hourly(20.0, start=7), AT_SIX)
    assert live.prices.co2_g_per_kwh(hour(7)) == 20.0


def test_tariff_alone_is_a_price() -> None:
    built: Site = small_site()
    live = LiveSite(priced(built, (), tariff=Tariff(energy=EnergyFee(0.3))))
    assert live.prices.price_per_kwh(AT_SIX) == pytest.approx(0.3)
    assert live.prices.known(PriceKind.ENERGY) == PriceSeries()
    assert LiveSite(small_site()).prices.price_per_kwh(AT_SIX) is None
