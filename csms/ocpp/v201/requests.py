"""What requests of several kinds to a station have in common."""

from typing import Any

from csms.domain.commands import Job, Retries
from csms.ocpp.adapter import NotExpressibleError
from csms.ocpp.frames import JsonObject
from csms.ocpp.wire import drop_absent


def numbered(number: int | None, name: str) -> int:
    """A number that whoever sends a command has to have given it.

    Raises:
        NotExpressibleError: It has none.
    """
    if number is None:
        raise NotExpressibleError(f"expected a {name}, which the sender gives, got none")
    return number


def request_id(job: Job[Any]) -> int:
    """The number by which a job's reports are known.

    Raises:
        NotExpressibleError: It has none.
    """
    return numbered(job.request_id, "request_id")


def write_retries(retries: Retries) -> JsonObject:
    """How often a transfer is tried again (L01, L03, N01)."""
    return drop_absent({"retries": retries.count, "retryInterval": retries.every_s})


def encode_bare(_command: object) -> JsonObject:
    """A request without fields."""
    return {}
