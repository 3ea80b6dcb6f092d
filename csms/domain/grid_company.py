"""Grid companies: who they are, and which feeders they may limit."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from csms.domain.identity import FeederId, SiteId

PartyId: TypeAlias = str
GroupId: TypeAlias = str


class FeederRef(NamedTuple):
    """A feeder of a site. Written `site/feeder`."""

    site_id: SiteId
    feeder_id: FeederId

    def __str__(self) -> str:
        return f"{self.site_id}/{self.feeder_id}"


BlockTarget: TypeAlias = FeederRef | GroupId
"""What blocks are about: a feeder, or a group of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCompany:
    """A grid company that may send capacity profiles.

    Attributes:
        name: In words, for people.
        token_hashes: SHA-256, in hexadecimal digits, of the tokens that it may come with.
        heartbeat_s: So long nothing may be heard of it until its fallbacks count; None: for ever.
        feeders: Which it may limit.
        groups: Feeders of which each has a share of a capacity; the shares add up to 1 at most.
        takes_mqtt: Whether what the MQTT broker brings under its name is taken for its word.
    """

    party_id: PartyId
    name: str
    token_hashes: tuple[str, ...]
    heartbeat_s: float | None = None
    feeders: frozenset[FeederRef] = frozenset()
    groups: Mapping[GroupId, Mapping[FeederRef, float]] = field(default_factory=dict)
    takes_mqtt: bool = False

    @property
    def reach(self) -> frozenset[FeederRef]:
        """All feeders that it may limit, by themselves or with others."""
        return self.feeders.union(*self.groups.values())

    def shares(self, target: BlockTarget) -> Mapping[FeederRef, float]:
        """What part of a capacity each feeder has; none where it is not theirs to limit."""
        if isinstance(target, FeederRef):
            return {target: 1.0} if target in self.feeders else {}
        return self.groups.get(target, {})

    def has_token(self, token: str) -> bool:
        """Whether it may come with a token."""
        came = hash_of(token)
        return any(hmac.compare_digest(came, one) for one in self.token_hashes)


def hash_of(token: str) -> str:
    """The hash by which a token is known.

    A token has 256 random bits, which nobody guesses; so a plain hash is as good as a slow one.
    """
    return sha256(token.encode()).hexdigest()
