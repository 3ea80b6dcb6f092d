"""Sources of meters as site files write them, and what is wrong with them."""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from csms.domain.errors import Fault
from csms.domain.json_path import JsonPath
from csms.domain.meter_source import MeterSource, ValuePlace
from csms.settings.meter_schema import MqttMeterModel, PlaceModel
from csms.settings.site_schema import GridModel, UncontrolledModel
from csms.settings.yaml_source import KeyPath, YamlSource

_WATTS: Final[Mapping[str, float]] = {"W": 1.0, "kW": 1000.0}


def meter_source(model: MqttMeterModel | None, grid: GridModel) -> MeterSource | None:
    """Turn what is written into a source."""
    if model is None:
        return None
    return MeterSource(
        values=tuple(_places(model)),
        amps_per_unit=model.sign * model.scale * _amps_per_unit(model, grid),
        may_export=model.export,
        is_in_all=model.in_all,
        taken_at=JsonPath(model.at) if model.at else None,
    )


def wrong_meters(source: YamlSource, key: KeyPath, load: UncontrolledModel) -> Iterator[Fault]:
    """What keys about a meter say that cannot be.

    Args:
        source: The file.
        key: Where the load is written.
        load: What is written of it.
    """
    if load.meter_shows == "all" and not load.metered:
        yield source.fault((*key, "meter_shows"), "expected metered: true beside it")
    model = load.mqtt
    if model is None:
        return
    place = (*key, "mqtt")
    if not load.metered:
        yield source.fault(place, "expected metered: true beside it")
    if (model.lines is None) == (model.value is None):
        yield source.fault(place, "expected either lines or value")
    if model.voltage_v is not None and model.unit == "A":
        yield source.fault((*place, "voltage_v"), "expected unit: W or kW beside it")
    if model.topic is None:
        yield from _without_topic(source, place, model)


def _without_topic(source: YamlSource, place: KeyPath, model: MqttMeterModel) -> Iterator[Fault]:
    lines = model.lines or []
    if not lines or not all(isinstance(one, PlaceModel) and one.topic for one in lines):
        yield source.fault((*place, "topic"), "expected this key, or a topic in each of lines")


def _places(model: MqttMeterModel) -> Iterator[ValuePlace]:
    topic = model.topic or ""
    for one in [model.value or "$"] if model.lines is None else model.lines:
        if isinstance(one, PlaceModel):
            yield ValuePlace(one.topic or topic, JsonPath(one.path))
        else:
            yield ValuePlace(topic, JsonPath(one))


def _amps_per_unit(model: MqttMeterModel, grid: GridModel) -> float:
    """What one unit is per line; without a neutral, a line's share of a load that is balanced."""
    if model.unit not in _WATTS:
        return 1.0
    between_lines = grid.earthing == "IT"
    usual_v = grid.voltage_v / math.sqrt(3) if between_lines else grid.voltage_v
    return _WATTS[model.unit] / (model.voltage_v or usual_v)
