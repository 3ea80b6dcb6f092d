"""What grid companies send and are answered, by whichever way: the same JSON over HTTP and MQTT.

Blocks are named as the blocks of forecasts in OSCP 2.0 are.
"""

from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from csms.domain.grid_profile import BlockKind, BlockPhase, CapacityBlock, CapacityUnit
from csms.domain.site import PhaseAmps
from csms.service.grid_blocks import MOST_BLOCKS
from csms.service.instant import Instant

_END: Final = "When it ends; null: when it is replaced"


class Block(BaseModel):
    """A capacity from one instant to another."""

    model_config = ConfigDict(extra="forbid")

    capacity: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        description="In A on each line; in W or KW, of all lines together or of the one that "
        "`phase` names"
    )
    unit: CapacityUnit
    phase: BlockPhase = Field(
        default=BlockPhase.ALL, description="Of which line; ALL and UNKNOWN: of all of them"
    )
    start_time: Instant = Field(description="When it begins")
    end_time: Instant | None = Field(default=None, description=_END)

    @property
    def block(self) -> CapacityBlock:
        """What is said."""
        return CapacityBlock(
            capacity=self.capacity,
            unit=self.unit,
            phase=self.phase,
            start_at=self.start_time,
            end_at=self.end_time,
        )


class WantedBlocks(BaseModel):
    """All blocks of one kind, in place of those that were sent before; none: they are withdrawn."""

    model_config = ConfigDict(extra="forbid")

    blocks: list[Block] = Field(max_length=MOST_BLOCKS)

    @property
    def wanted(self) -> list[CapacityBlock]:
        """What is said."""
        return [one.block for one in self.blocks]


class FeederAnswer(BaseModel):
    """What a block means for a feeder, and what that is expected to draw while it holds."""

    site_id: str
    feeder_id: str
    limit_a: PhaseAmps | None = Field(
        description="The most that it leaves to L1, L2, L3; null: blocks of this kind limit nothing"
    )
    expected_a: PhaseAmps | None = Field(
        description="The highest that is expected, by line: the newest plan's charging within the "
        "limit, and the building as it is now; null: no plan reaches so far"
    )
    expected_w: float | None = Field(description="The mean of all lines together")
    least_a: PhaseAmps = Field(
        description="What the worst case of the building and the standing fallbacks below add up "
        "to, by line: nothing is lowered below that"
    )
    warning: str = Field(description="What that means, where the block is lower; else empty")


class BlockAnswer(Block):
    """A block as it counts, and what it means: for one feeder, or for each of the group."""

    feeders: list[FeederAnswer]


class BlocksAnswer(BaseModel):
    """What has come of blocks that were sent. They are kept, and in force from their start on."""

    party: str
    kind: BlockKind
    note: str = Field(description="What else has to be known; else empty")
    silent_at: datetime | None = Field(
        description="If nothing more is heard until then, fallbacks count; null: never"
    )
    blocks: list[BlockAnswer]


class Beat(BaseModel):
    """That a grid company is there; nothing else is to be said."""

    model_config = ConfigDict(extra="forbid")


class Standing(BaseModel):
    """How a grid company stands with this server."""

    party: str
    name: str
    heard_at: datetime | None = Field(description="When it was last heard of; null: never")
    silent_at: datetime | None = Field(
        description="If nothing more is heard until then, fallbacks count; null: never"
    )
    is_silent: bool = Field(description="Whether fallbacks count")


class Blocks(BaseModel):
    """Blocks of one kind that count for a feeder or a group."""

    site_id: str | None
    feeder_id: str | None
    group_id: str | None
    kind: BlockKind
    blocks: list[Block]


class FeederLimitNow(BaseModel):
    """What a feeder may carry just now, and by whom."""

    site_id: str
    feeder_id: str
    limit_a: PhaseAmps = Field(description="The lowest of all limits, by line")
    limited_by: list[str] = Field(description="Whose that is, by line")
    measured_a: PhaseAmps = Field(
        description="What meters show, by line; load that none shows counts as nothing"
    )


class ProfileAnswer(Standing):
    """All that a grid company has sent, and what is in force now."""

    in_force: list[FeederLimitNow]
    profile: list[Blocks]
