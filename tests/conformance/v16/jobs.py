"""Jobs that a station is given, and how far it says it has come."""

from typing import Any

from tests.conformance.csms import Csms
from tests.conformance.station import Answer, Fields
from tests.conformance.v16.states import booted


async def job_after(
    csms: Csms,
    order: tuple[str, Answer, str, Fields],
    report: str,
    word: str,
    **told: Any,
) -> Fields:
    """Give a station a job, and have it report a stage; return the job.

    Args:
        csms: The system under test.
        order: What the station is asked for, what it answers, the operator's command, its fields.
        report: The message that it reports by.
        word: The stage.
        told: What the report says beside; `requestId=True` stands for the job's number.
    """
    action, answer, command, fields = order
    async with booted(csms, **{action: answer}) as (station_id, station):
        number = (await csms.command(station_id, command, **fields))["job"]
        if told.get("requestId"):
            told["requestId"] = number
        assert await station.call(report, {"status": word, **told}) == {}
        return await csms.job(number)


def stage_of(job: Fields) -> tuple[str | None, str | None, bool]:
    """How far a job is, the station's word for it, and whether it is over."""
    return job["stage"], job["word"], job["finished_at"] is not None
