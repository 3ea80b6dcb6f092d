"""How often each kind of fault comes, how long it lasts, how much of it there is.

A rate is per station-hour for what happens to stations, per day for what happens to the site, and
a share of the stations for what is wrong with a station all day long.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from simulators.chaos.fault_kinds import FaultKind

ALL: Final = frozenset(FaultKind)

PER_STATION_HOUR: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.LINK_CUT: 0.04,
        FaultKind.HALF_OPEN: 0.02,
        FaultKind.LOST_ANSWER: 0.02,
        FaultKind.DELAY: 0.04,
        FaultKind.DUPLICATE: 0.02,
        FaultKind.REJECT: 0.02,
        FaultKind.CALL_ERROR: 0.02,
        FaultKind.NO_ANSWER: 0.02,
        FaultKind.REBOOT: 0.01,
        FaultKind.PROFILE_LOSS: 0.002,
        FaultKind.CLOCK_JUMP: 0.002,
        FaultKind.STOPS_OBEYING: 0.002,
    }
)
PER_DAY: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.METER_OUTAGE: 3,
        FaultKind.METER_NONSENSE: 6,
        FaultKind.BROKER_DEATH: 4,
        FaultKind.LOAD_STEP: 30,
        FaultKind.LOAD_CLIMB: 2,
        FaultKind.SUDDEN_STEP: 4,
        FaultKind.LIMIT_CUT: 2,
        FaultKind.DATABASE_LOCK: 6,
        FaultKind.KILL: 5,
        FaultKind.KILL_SENDING: 2,
        FaultKind.RESOURCE_DISOBEYS: 6,
        FaultKind.RESOURCE_SILENT: 6,
        FaultKind.RESOURCE_DEAF: 6,
        FaultKind.RESOURCE_NONSENSE: 12,
        FaultKind.SOURCE_FAILS: 4,
        FaultKind.SOURCE_LATE: 4,
        FaultKind.SOURCE_STOPS: 6,
        FaultKind.DEEP_CUT: 2,
    }
)
AT_RESOURCES: Final = frozenset(
    {
        FaultKind.RESOURCE_DISOBEYS,
        FaultKind.RESOURCE_SILENT,
        FaultKind.RESOURCE_DEAF,
        FaultKind.RESOURCE_NONSENSE,
    }
)
"""What goes wrong with resources; where there are none, nothing does."""
AT_SOURCES: Final = frozenset(
    {FaultKind.SOURCE_FAILS, FaultKind.SOURCE_LATE, FaultKind.SOURCE_STOPS}
)
"""What goes wrong with sources that stand by."""
AT_METERS: Final = frozenset(
    {FaultKind.METER_OUTAGE, FaultKind.METER_NONSENSE, FaultKind.BROKER_DEATH}
)
"""What goes wrong with feeders' meters, and with what brings their readings."""
SHARE_OF_STATIONS: Final[Mapping[FaultKind, float]] = MappingProxyType(
    {
        FaultKind.WRONG_CLOCK: 0.01,
        FaultKind.IGNORES_LIMITS: 0.005,
        FaultKind.IGNORES_TX_PROFILE: 0.007,
        FaultKind.REFUSES_TX_PROFILE: 0.01,
        FaultKind.REFUSES_VALIDITY: 0.01,
        FaultKind.ONE_PERIOD: 0.007,
        FaultKind.WHOLE_NUMBERS: 0.007,
        FaultKind.LYING_COMPOSITE: 0.007,
        FaultKind.LYING_METER: 0.007,
    }
)
_OBEY_NOTHING: Final = frozenset({FaultKind.IGNORES_LIMITS, FaultKind.STOPS_OBEYING})
AT_STATIONS: Final = frozenset((*PER_STATION_HOUR, *SHARE_OF_STATIONS)) - _OBEY_NOTHING
"""What goes wrong with stations that obey, and with nothing else."""

NEED_ROOM: Final = frozenset(
    {FaultKind.PROFILE_LOSS, FaultKind.IGNORES_TX_PROFILE, FaultKind.IGNORES_LIMITS}
)
"""What leaves a station without any limit until that is known of its make."""
LASTS_S: Final[Mapping[FaultKind, tuple[float, float]]] = MappingProxyType(
    {
        FaultKind.LINK_CUT: (1, 1800),
        FaultKind.HALF_OPEN: (15, 300),
        FaultKind.LOST_ANSWER: (60, 900),
        FaultKind.DELAY: (60, 900),
        FaultKind.DUPLICATE: (60, 600),
        FaultKind.REJECT: (30, 900),
        FaultKind.CALL_ERROR: (30, 900),
        FaultKind.NO_ANSWER: (30, 900),
        FaultKind.REBOOT: (1, 600),
        FaultKind.PROFILE_LOSS: (1, 600),
        FaultKind.STOPS_OBEYING: (600, 4 * 3600),
        FaultKind.METER_OUTAGE: (120, 4 * 3600),
        FaultKind.METER_NONSENSE: (60, 1800),
        FaultKind.BROKER_DEATH: (5, 3600),
        FaultKind.LOAD_STEP: (60, 1800),
        FaultKind.LOAD_CLIMB: (600, 3600),
        FaultKind.SUDDEN_STEP: (60, 900),
        FaultKind.LIMIT_CUT: (1800, 7200),
        FaultKind.DATABASE_LOCK: (1, 10),
        FaultKind.KILL: (1, 60),
        FaultKind.KILL_SENDING: (1, 60),
        FaultKind.RESOURCE_DISOBEYS: (60, 3600),
        FaultKind.RESOURCE_SILENT: (30, 1800),
        FaultKind.RESOURCE_DEAF: (30, 1800),
        FaultKind.RESOURCE_NONSENSE: (60, 1800),
        FaultKind.SOURCE_FAILS: (60, 3600),
        FaultKind.SOURCE_LATE: (300, 3600),
        FaultKind.SOURCE_STOPS: (10, 1800),
        FaultKind.DEEP_CUT: (1800, 7200),
    }
)
"""From and to: how long a fault lasts; after a kill until the server starts again, after a restart
until the station can connect again."""
SIZE: Final[Mapping[FaultKind, tuple[float, float]]] = MappingProxyType(
    {
        FaultKind.DELAY: (1, 20),  # seconds at most
        FaultKind.CLOCK_JUMP: (-600, 600),  # seconds
        FaultKind.WRONG_CLOCK: (-600, 600),
        FaultKind.LOAD_STEP: (0.8, 1.0),  # of the largest step
        FaultKind.LOAD_CLIMB: (3.0, 8.0),
        FaultKind.SUDDEN_STEP: (1.5, 3.0),
        FaultKind.LIMIT_CUT: (0.5, 0.9),  # of the limit
        FaultKind.KILL: (0, 500),  # turns of the event loop until it strikes
        FaultKind.LYING_METER: (0.3, 1.0),  # of what flows
        FaultKind.SOURCE_LATE: (30, 600),  # seconds
        FaultKind.DEEP_CUT: (0.2, 0.8),  # of what cannot be avoided
    }
)
AT_SERVER: Final = frozenset(
    {
        FaultKind.BROKER_DEATH,
        FaultKind.DATABASE_LOCK,
        FaultKind.KILL,
        FaultKind.KILL_SENDING,
    }
)
VARIANTS: Final[Mapping[FaultKind, tuple[str, ...]]] = MappingProxyType(
    {
        FaultKind.DELAY: ("to the server", "to the station", "both ways"),
        FaultKind.LIMIT_CUT: ("at once", "announced"),
        FaultKind.DEEP_CUT: ("at once", "announced"),
        FaultKind.REBOOT: ("ends its transactions", "resumes its transactions"),
        FaultKind.PROFILE_LOSS: ("ends its transactions", "resumes its transactions"),
        FaultKind.STOPS_OBEYING: ("and shows it", "and pretends to obey"),
    }
)
