"""Objects of the simulator and of its schedulers, for which there are no types."""

from typing import Any, TypeAlias

Array: TypeAlias = Any
Infrastructure: TypeAlias = Any
"""Stations and limits, as schedulers see them."""
Interface: TypeAlias = Any
"""By which a scheduler asks the simulator."""
Network: TypeAlias = Any
"""Stations and limits, as the simulator has them."""
Schedule: TypeAlias = Any
"""Amperes by station."""
Scheduler: TypeAlias = Any
Session: TypeAlias = Any
"""What a scheduler is told about a vehicle that is there."""
Vehicle: TypeAlias = Any
