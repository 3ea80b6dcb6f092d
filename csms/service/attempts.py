"""Who has tried to connect and was not let in: in memory, bounded, and at no cost for the door."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from csms.domain.attempt import Attempt, tried_profile
from csms.domain.identity import StationId
from csms.domain.security import Proof
from csms.domain.station import StationModel
from csms.service.try_budget import TryBudget
from csms.service.wrong_tries import network_of

MOST_KEPT: Final = 1000
"""The attempt that was made longest ago falls out."""
MOST_HELD: Final = 100
"""So many strangers may wait to be adopted while they are connected."""
_NEW_A_MINUTE: Final = 30
"""So many new identities from one address: who makes them up pushes few others out."""
_LONGEST: Final = 100
_MOST_OFFERED: Final = 5


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be written: attempts as they are, and names of which nothing is kept."""

    changed: tuple[Attempt, ...]
    gone: tuple[StationId, ...]


class Attempts:
    """Remembers attempts, and who waits to be adopted."""

    def __init__(self) -> None:
        self._known: OrderedDict[StationId, Attempt] = OrderedDict()
        self._held: dict[StationId, str] = {}
        self._new = TryBudget(_NEW_A_MINUTE)
        self._unwritten: set[StationId] = set()

    def of(self, station_id: StationId) -> Attempt | None:
        """What is remembered of a station, None if nothing is."""
        return self._known.get(station_id)

    def newest_first(self) -> list[Attempt]:
        """All attempts, the last one first."""
        return list(reversed(self._known.values()))

    def fill(self, kept: Iterable[Attempt]) -> None:
        """Take over what was kept before the start, the oldest first."""
        self._known.update((one.station_id, one) for one in kept)

    def note(self, name: str, proof: Proof, cause: str, now: datetime) -> None:
        """Remember that somebody came and was not let in, or has to wait."""
        name = _plain(name)
        known = self._known.pop(name, None)
        if known is None:
            network = network_of(proof.address)
            if not self._new.has_left(network, now):
                return
            self._new.take(network, now)
        offered = tuple(_plain(one) for one in proof.offered[:_MOST_OFFERED])
        self._known[name] = Attempt(
            station_id=name,
            cause=cause,
            address=proof.address,
            offered=offered,
            profile=tried_profile(proof),
            first_at=known.first_at if known else now,
            last_at=now,
            count=known.count + 1 if known else 1,
            is_refused=known.is_refused if known else False,
            model=known.model if known else None,
        )
        self._unwritten.add(name)
        if len(self._known) > MOST_KEPT:
            self._drop_oldest()

    def introduce(self, station_id: StationId, model: StationModel) -> None:
        """Remember how somebody who waits has introduced itself."""
        words = (model.vendor, model.model, model.serial, model.firmware)
        vendor, kind, serial, firmware = (word and _plain(word) for word in words)
        plain = StationModel(
            vendor=vendor or "", model=kind or "", serial=serial, firmware=firmware
        )
        self._change(station_id, model=plain)

    def refuse(self, station_id: StationId) -> None:
        """Let nobody in under a name that no site knows."""
        self._change(station_id, is_refused=True)

    def forget(self, station_id: StationId) -> None:
        """Remember no attempts of a station: it was let in, or an operator wants it."""
        if self._known.pop(station_id, None) is not None:
            self._unwritten.add(station_id)

    def is_refused(self, station_id: StationId) -> bool:
        """Whether an operator has refused a station."""
        known = self._known.get(station_id)
        return known is not None and known.is_refused

    @property
    def is_full(self) -> bool:
        """Whether no more strangers may wait."""
        return len(self._held) >= MOST_HELD

    def hold(self, station_id: StationId, protocol: str) -> None:
        """A stranger has connected, and waits to be adopted."""
        self._held[station_id] = protocol

    def release(self, station_id: StationId) -> str | None:
        """A stranger waits no longer; return what it speaks, None if it did not wait."""
        return self._held.pop(station_id, None)

    def is_held(self, station_id: StationId) -> bool:
        """Whether a stranger is connected and waits."""
        return station_id in self._held

    def take_changes(self) -> Changes:
        """What has changed since it was last taken."""
        names, self._unwritten = self._unwritten, set()
        known = (self._known.get(name) for name in names)
        return Changes(
            changed=tuple(one for one in known if one is not None),
            gone=tuple(name for name in names if name not in self._known),
        )

    def give_back(self, changes: Changes) -> None:
        """What was taken could not be written."""
        self._unwritten.update(one.station_id for one in changes.changed)
        self._unwritten.update(changes.gone)

    def _drop_oldest(self) -> None:
        """Let the attempt fall out that was made longest ago; refusals only if all are."""
        names = (name for name, one in self._known.items() if not one.is_refused)
        oldest = next(names, next(iter(self._known)))
        self.forget(oldest)

    def _change(self, station_id: StationId, **fields: object) -> None:
        known = self._known.get(station_id)
        if known is not None:
            self._known[station_id] = replace(known, **fields)  # type: ignore[arg-type]
            self._unwritten.add(station_id)


def _plain(text: str) -> str:
    """What a stranger says, so that it can be kept and shown: short, and printable."""
    return (text if text.isprintable() else ascii(text)[1:-1])[:_LONGEST]
