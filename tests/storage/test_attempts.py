"""Who has tried to connect, as it is kept."""

from dataclasses import replace

from csms.domain.attempt import Attempt
from csms.domain.security import SecurityProfile
from csms.domain.station import StationModel
from csms.storage.database import Database
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.service.rig import NOON, after

FIRST = Attempt(
    station_id="NEW-1",
    cause="its password is wrong",
    address="2001:db8::7",
    offered=("ocpp2.0.1", "ocpp1.6"),
    profile=SecurityProfile.TLS_PASSWORD,
    first_at=NOON,
    last_at=after(2),
    count=3,
    is_refused=True,
    model=StationModel(vendor="Acme", model="Box", firmware="1.0"),
)
SECOND = Attempt(
    station_id="/ocpp/",
    cause="its path names no station",
    address="192.0.2.7",
    offered=(),
    profile=SecurityProfile.NONE,
    first_at=after(1),
    last_at=after(1),
)


async def test_attempts_are_kept_as_they_are_now(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.attempts.put([FIRST, SECOND])
        await uow.commit()
    again = replace(SECOND, last_at=after(9), count=2)
    async with SqlUnitOfWork(database) as uow:
        assert await uow.attempts.all() == [SECOND, FIRST]
        await uow.attempts.put([again])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.attempts.all() == [FIRST, again]
        await uow.attempts.drop(["NEW-1", "X-99"])
        await uow.attempts.drop([])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.attempts.all() == [again]
