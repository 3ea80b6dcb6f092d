"""What the generator can be asked to do."""

from dataclasses import dataclass

from benchmarks.load.figures import LoadFigures
from benchmarks.load.fleet import Fleet
from benchmarks.load.floods import Background, ClosedFlood, Message, OpenFlood
from benchmarks.load.process import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How stations came.

    Attributes:
        took_s: Until all were connected, had booted and had told their status.
        refusals: How often one was refused, or cut, and tried again.
    """

    took_s: float
    refusals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(Order[Arrival]):
    """All stations connect, boot, and tell their status."""

    at_once: bool = False
    patience_s: float = 1800.0

    async def carry_out(self, fleet: Fleet) -> Arrival:
        """Do it."""
        before = fleet.refusals
        took_s = await fleet.arrive(at_once=self.at_once, patience_s=self.patience_s)
        return Arrival(took_s=took_s, refusals=fleet.refusals - before)


@dataclass(frozen=True, slots=True)
class Leave(Order[None]):
    """All connections are lost at once."""

    async def carry_out(self, fleet: Fleet) -> None:
        """Do it."""
        fleet.leave()


@dataclass(frozen=True, slots=True)
class Charge(Order[int]):
    """Vehicles come to so many stations that have none; returns how many charge then."""

    count: int

    async def carry_out(self, fleet: Fleet) -> int:
        """Do it."""
        await fleet.charge(self.count)
        return len(fleet.charging)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How the server came to rest.

    Attributes:
        set_up_s: When the last station was set up, on the clock that both processes share.
        without_default: Stations that were given no default limit.
    """

    set_up_s: float
    without_default: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Order[Rest]):
    """Wait until the server has not called any station for a while."""

    quiet_s: float
    patience_s: float = 900.0

    async def carry_out(self, fleet: Fleet) -> Rest:
        """Do it."""
        await fleet.settle(self.quiet_s, self.patience_s)
        return Rest(
            set_up_s=max(station.set_up_at for station in fleet.stations),
            without_default=sum(not station.has_default for station in fleet.stations),
        )


@dataclass(frozen=True, slots=True)
class Closed(Order[LoadFigures]):
    """All that charge, or all if none does, have one call on its way at any time."""

    message: Message
    seconds: float

    async def carry_out(self, fleet: Fleet) -> LoadFigures:
        """Do it."""
        return await ClosedFlood(fleet.charging or fleet.stations, self.message, self.seconds).run()


@dataclass(frozen=True, slots=True)
class Open(Order[LoadFigures]):
    """All that charge, or all if none does, call in turn at a rate."""

    message: Message
    rate: float
    seconds: float

    async def carry_out(self, fleet: Fleet) -> LoadFigures:
        """Do it."""
        return await OpenFlood(
            fleet.charging or fleet.stations, self.message, self.rate, self.seconds
        ).run()


@dataclass(frozen=True, slots=True)
class BeginLoad(Order[None]):
    """All that charge call in turn at a rate, while other things are done."""

    message: Message
    rate: float

    async def carry_out(self, fleet: Fleet) -> None:
        """Do it."""
        fleet.background = Background(OpenFlood(fleet.charging, self.message, self.rate))


@dataclass(frozen=True, slots=True)
class EndLoad(Order[LoadFigures]):
    """The load that goes on is ended."""

    async def carry_out(self, fleet: Fleet) -> LoadFigures:
        """Do it."""
        if fleet.background is None:
            raise LookupError("expected a load that goes on")
        return await fleet.background.end()
