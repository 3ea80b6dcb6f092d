"""The grid companies that the settings name, and what each has said."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from csms.domain.grid_company import BlockTarget, FeederRef, GridCompany, PartyId
from csms.domain.grid_profile import BlockKind, CapacityBlock
from csms.domain.limit_errors import NotYoursError, UnknownPartyError
from csms.language.said import Said


@dataclass(slots=True)
class Party:
    """A grid company as it is now.

    Attributes:
        blocks: What it has sent, by what that is about.
        heard_at: When it was last heard of; None: never.
        is_silent: Whether nothing was heard of it for too long.
    """

    company: GridCompany
    blocks: dict[tuple[BlockTarget, BlockKind], tuple[CapacityBlock, ...]] = field(
        default_factory=dict
    )
    heard_at: datetime | None = None
    is_silent: bool = False

    @property
    def silent_at(self) -> datetime | None:
        """When it is silent for too long, if nothing more is heard; None: never."""
        if self.heard_at is None or self.company.heartbeat_s is None:
            return None
        return self.heard_at + timedelta(seconds=self.company.heartbeat_s)

    def targets(self, ref: FeederRef) -> Iterator[tuple[BlockTarget, float]]:
        """What its blocks may be about that touch a feeder, and the feeder's share of them."""
        if ref in self.company.feeders:
            yield ref, 1.0
        for group, shares in self.company.groups.items():
            if ref in shares:
                yield group, shares[ref]

    def said_of(self, target: BlockTarget, kind: BlockKind) -> tuple[CapacityBlock, ...]:
        """Its blocks of a kind."""
        return self.blocks.get((target, kind), ())


class GridParties:
    """All grid companies, and who of them somebody is.

    Args:
        companies: As the settings name them.
    """

    def __init__(self, companies: Iterable[GridCompany]) -> None:
        self._parties = {one.party_id: Party(one) for one in companies}

    def __iter__(self) -> Iterator[Party]:
        return iter(self._parties.values())

    def find(self, party_id: PartyId) -> Party | None:
        """A grid company by its id, None if the settings name none."""
        return self._parties.get(party_id)

    def of(self, company: GridCompany) -> Party:
        """How a grid company of these stands."""
        return self._parties[company.party_id]

    def of_token(self, token: str | None) -> GridCompany:
        """The grid company that comes with a token.

        Raises:
            UnknownPartyError: It is nobody's.
        """
        if not token:
            raise UnknownPartyError(
                Said("expected a header `Authorization: Bearer TOKEN`, got none")
            )
        for party in self:
            if party.company.has_token(token):
                return party.company
        raise UnknownPartyError(Said("expected the token of a grid company, got another one"))

    def by_mqtt(self, party_id: PartyId) -> GridCompany:
        """The grid company in whose name something has come by MQTT.

        Raises:
            UnknownPartyError: There is none, or its word is not taken by MQTT.
        """
        party = self.find(party_id)
        if party is None or not party.company.takes_mqtt:
            raise UnknownPartyError(f"expected a grid company with `mqtt: true`, got {party_id!r}")
        return party.company


def check_reach(company: GridCompany, ref: FeederRef) -> None:
    """Make sure that a feeder is a grid company's to look at: by itself, or in a group.

    Raises:
        NotYoursError: It is not.
    """
    if ref not in company.reach:
        names = ", ".join(sorted(map(str, company.reach)))
        raise NotYoursError(company.party_id, f"feeder {ref}", names and f"feeders {names}")


def check_own(company: GridCompany, target: BlockTarget) -> None:
    """Make sure that a feeder or a group is a grid company's to limit.

    Raises:
        NotYoursError: It is not.
    """
    if not company.shares(target):
        kind = "feeder" if isinstance(target, FeederRef) else "group"
        own = company.feeders if isinstance(target, FeederRef) else company.groups
        names = ", ".join(sorted(map(str, own)))
        raise NotYoursError(company.party_id, f"{kind} {target}", names and f"{kind}s {names}")
