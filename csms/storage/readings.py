"""Meter readings as the table `meter_reading` holds them; it describes the form."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from zlib import crc32

import orjson

from csms.domain.metering import Measurand, MeterSample

_CONTEXT: Final = "Sample.Periodic"
_LOCATION: Final = "Outlet"
_USUAL: Final[tuple[Any, ...]] = (None, None, None, _CONTEXT, _LOCATION, None)
"""What is left out at the end of what a sample tells."""


def write_readings(samples: Iterable[MeterSample]) -> Iterator[tuple[datetime, int, str]]:
    """Put samples together by the instant at which they were taken: instant, digest, samples."""
    by_instant: dict[datetime, list[list[Any]]] = {}
    last_at: datetime | None = None
    parts: list[list[Any]] = []
    for sample in samples:
        if sample.at is not last_at:  # most messages have one instant
            last_at = sample.at
            parts = by_instant.setdefault(last_at, [])
        if sample.location != _LOCATION or sample.context != _CONTEXT or sample.signed is not None:
            parts.append(_unusual_parts(sample))
        elif sample.phase is not None:
            parts.append([sample.measurand, sample.value, sample.phase])
        else:
            parts.append([sample.measurand, sample.value])
    for at, parts in by_instant.items():
        text = orjson.dumps(parts)
        yield at, crc32(text), text.decode()


def read_samples(at: datetime, text: str) -> tuple[MeterSample, ...]:
    """Read the samples of one instant."""
    return tuple(_sample(at, parts) for parts in orjson.loads(text))


def _unusual_parts(sample: MeterSample) -> list[Any]:
    """What a sample tells, without what is as usual at the end."""
    parts = [sample.measurand, sample.value, sample.phase, sample.context]
    if sample.location != _LOCATION or sample.signed is not None:
        parts.append(sample.location)
    if sample.signed is not None:
        parts.append(sample.signed)
    return parts


def _sample(at: datetime, parts: list[Any]) -> MeterSample:
    measurand, value, phase, context, location, signed = (*parts, *_USUAL[len(parts) :])
    return MeterSample(
        at=at,
        measurand=Measurand(measurand),
        value=value,
        phase=phase,
        context=context,
        location=location,
        signed=signed,
    )
