"""Capacity profiles as they are kept."""

from dataclasses import replace

from csms.domain.grid_company import FeederRef
from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.domain.grid_proof import FedIn, Measured, ProofQuarter, ProofRecord, ProofWanted
from csms.domain.guard_event import GuardEvent, GuardEventKind
from csms.storage.database import Database
from csms.storage.queries import Queries
from csms.storage.unit_of_work import SqlUnitOfWork
from tests.domain.test_flexibility import AGREEMENT
from tests.service.rig import NOON, after

MAIN = FeederRef("garage", "main")
FIRST = CapacityBlock(
    capacity=40_000.5,
    unit=CapacityUnit.W,
    phase=BlockPhase.TWO,
    start_at=NOON,
    end_at=after(15),
)
LAST = CapacityBlock(capacity=16.0, unit=CapacityUnit.A, start_at=after(15), end_at=None)


async def test_blocks_are_told_as_they_were_kept_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.blocks() == {}
        await uow.grid.replace("nett", MAIN, BlockKind.CONSUMPTION, [LAST])
        await uow.grid.replace("nett", MAIN, BlockKind.FALLBACK, [LAST])
        await uow.grid.replace("nett", "area-7", BlockKind.CONSUMPTION, [LAST])
        await uow.grid.replace("kraft", MAIN, BlockKind.CONSUMPTION, [FIRST])
        await uow.grid.replace("nett", MAIN, BlockKind.CONSUMPTION, [FIRST, LAST])
        await uow.grid.replace("nett", MAIN, BlockKind.FALLBACK, [])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.blocks() == {
            ("nett", MAIN, BlockKind.CONSUMPTION): (FIRST, LAST),
            ("nett", "area-7", BlockKind.CONSUMPTION): (LAST,),
            ("kraft", MAIN, BlockKind.CONSUMPTION): (FIRST,),
        }


async def test_the_last_sign_of_life_is_kept(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.grid.note_heard("nett", NOON)
        await uow.grid.note_heard("kraft", NOON)
        await uow.grid.note_heard("nett", after(5))
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid.heard() == {"nett": after(5), "kraft": NOON}


def quarter(minutes: float, peak_a: float | None, feeder_id: str = "main") -> ProofQuarter:
    measured = None
    if peak_a is not None:
        measured = Measured(
            seconds=900.0,
            load_as=(900.0, 1800.5, 0.0),
            peak_a=(peak_a, 2.0, 0.0),
            margin_a=63.0 - peak_a,
        )
    return ProofQuarter(
        feeder_id=feeder_id,
        starts_at=after(minutes),
        limited_by="Nett AS",
        limit_a=(63.0, 40.5, 63.0),
        measured=measured,
        fed=FedIn(limited_by="Kraft AS", limit_w=5_000.0, peak_w=peak_a, over_s=15.0),
    )


async def test_quarters_are_told_as_they_were_kept_last(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        await uow.grid_proof.put("garage", [quarter(0, None), quarter(15, 9.0)])
        await uow.grid_proof.put("garage", [quarter(0, 8.0), quarter(15, None, "yard")])
        await uow.commit()
    async with SqlUnitOfWork(database) as uow:
        assert await uow.grid_proof.begun_at(NOON) == [("garage", quarter(0, 8.0))]
        await uow.grid_proof.drop(after(15))
        await uow.commit()
        assert await uow.grid_proof.begun_at(NOON) == []
    wanted = ProofWanted(site_id="garage", feeder_id="main", since=NOON, until=after(16))
    record = await Queries(database).proof(wanted)
    assert record == ProofRecord((quarter(15, 9.0),), ())


async def test_breaches_are_those_of_the_feeder_and_time(database: Database) -> None:
    events = [over(-3), over(14), over(30), over(5, feeder_id="yard")]
    async with SqlUnitOfWork(database) as uow:
        await uow.guard_events.add(
            "garage",
            [
                *events,
                GuardEvent(kind=GuardEventKind.CUT, at=after(7), cause="x", feeder_id="main"),
            ],
        )
        await uow.commit()
    wanted = ProofWanted(site_id="garage", feeder_id="main", since=NOON, until=after(30))
    record = await Queries(database).proof(wanted)
    assert record.breaches == (over(-3), over(14))  # the first may have lasted


def over(minutes: float, feeder_id: str = "main") -> GuardEvent:
    return GuardEvent(
        kind=GuardEventKind.OVER_LIMIT,
        at=after(minutes),
        cause="Vehicles had not yet followed",
        feeder_id=feeder_id,
        line=2,
        amps=66.0,
        limit_a=63.0,
        lasted_s=12.5,
    )


async def test_agreements_are_numbered_and_told_the_newest_first(database: Database) -> None:
    async with SqlUnitOfWork(database) as uow:
        first = await uow.grid_agreements.add(AGREEMENT)
        second = await uow.grid_agreements.add(replace(AGREEMENT, end_at=after(60)))
        await uow.grid_agreements.add(replace(AGREEMENT, party="kraft"))
        await uow.commit()
    assert (first.number, second.number) == (1, 2)
    told = await Queries(database).agreements("nett", AGREEMENT.ref, 10)
    assert told == [second, first]
    assert await Queries(database).agreements("nett", AGREEMENT.ref, 1) == [second]
    assert await Queries(database).agreements("nett", AGREEMENT.ref, 1, 2) == [first]
