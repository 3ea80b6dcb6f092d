"""What programs send, by whichever way: the same JSON over HTTP and MQTT."""

from typing import Annotated, TypeAlias

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Current: TypeAlias = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FeederLoad(_Body):
    """What a feeder's meter shows: its uncontrolled load, or all that it carries."""

    current_a: Annotated[list[Current], Field(min_length=3, max_length=3)] = Field(
        description="What the meter shows, by line: L1, L2, L3"
    )
    at: AwareDatetime | None = Field(default=None, description="When measured; default now")
