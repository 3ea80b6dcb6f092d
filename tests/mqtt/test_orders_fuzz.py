"""Whatever an order says, it is answered."""

import asyncio
import json
from datetime import datetime
from typing import Any, Final, cast

import orjson
from hypothesis import given
from hypothesis import strategies as st

from csms.domain.audit import AuditEntry
from csms.domain.errors import UnknownSiteError
from csms.domain.grid_company import FeederRef
from csms.mqtt.message import Told
from csms.mqtt.orders import Orders
from csms.mqtt.refusals import Refusals
from csms.mqtt.topics import Topics
from csms.mqtt.use_cases import UseCases
from csms.service.audit_log import AuditLog
from csms.service.grid_desk import GridDesk
from csms.service.grid_parties import GridParties
from csms.service.grid_profiles import GridProfiles
from csms.service.meter_links import MeterLinks
from csms.service.sites import Sites
from csms.tally import MqttTally
from tests.service.rig import NOON, FakeClock

TOPICS: Final = Topics("c")
ANY: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["2026-01-14T13:00:00Z", "2026-01-14T11:00:00"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS: Final = st.sampled_from(
    [
        "amps",
        "from",
        "until",
        "words",
        "energy_wh",
        "departs_at",
        "id",
        "expires_at",
        "at",
        "blocks",
        "kind",
        "slots",
        "duration_s",
        "shed_w",
        "limit",
    ]
)
NAMES: Final = st.sampled_from(["fjordgata", "intake", "1", "operator", "%0a", "%ff", "", "*"])
TOPIC: Final = st.builds(
    lambda form, names: form.format(*names),
    st.sampled_from(
        [
            "c/v1/sites/{}/feeders/{}/limits/{}/set",
            "c/v1/sites/{}/feeders/{}/limits/{}/lift",
            "c/v1/sites/{}/stations/{}/evses/{}/need/set",
            "c/v1/sites/{}/prices/set",
            "c/v1/grid/{}/sites/fjordgata/feeders/{}/blocks/{}/set",
            "c/v1/grid/{}/groups/{}/blocks/{}/set",
            "c/v1/grid/{}/heartbeat",
            "c/v1/sites/{}/feeders/{}/flexibility/get",
            "c/v1/grid/{}/sites/{}/feeders/{}/flexibility/get",
            "c/v1/grid/{}/sites/{}/feeders/{}/flexibility/agreements/add",
            "c/v1/grid/{}/sites/{}/feeders/{}/flexibility/agreements/get",
        ]
    ),
    st.tuples(NAMES, NAMES, NAMES),
)


class Nowhere:
    """No sites, and nothing that can be done."""

    def __iter__(self) -> Any:
        return iter(())

    def live(self, site_id: str) -> Any:
        raise UnknownSiteError(site_id)

    async def impose(self, site_id: str, *_: object) -> Any:
        raise UnknownSiteError(site_id)

    async def find(self, ref: FeederRef) -> Any:
        raise UnknownSiteError(ref.site_id)

    lift = state_need = told = impose


class Unwritten:
    """A log that keeps nothing."""

    def now(self) -> datetime:
        """Noon."""
        return NOON

    async def note(self, _entry: AuditEntry) -> None:
        """Keep nothing."""


def answer_to(told: Told) -> Any:
    """What is answered, and where."""
    nowhere = cast(Any, Nowhere())
    tally, clock = MqttTally(), FakeClock()
    profiles = GridProfiles(GridParties([]), nowhere, nowhere, clock)
    grid = GridDesk(profiles, nowhere, nowhere, clock)
    uses = UseCases(
        sites=nowhere,
        operations=nowhere,
        limits=nowhere,
        grid=grid,
        flexibility=nowhere,
        pricing=nowhere,
        feeds=nowhere,
        log=cast(AuditLog, Unwritten()),
    )
    refusals = Refusals(MeterLinks(cast(Sites, nowhere), clock), tally)
    orders = Orders(TOPICS, uses, refusals, tally, clock)
    order = TOPICS.order_of(told.topic)
    assert order is not None
    said = asyncio.run(orders._obey(told, order))
    assert not said.is_retained
    assert sum(tally.refused.values()) == 1
    return said.topic, orjson.loads(said.payload)


@given(topic=TOPIC, body=st.dictionaries(FIELDS, ANY, max_size=4) | ANY)
def test_any_json_is_answered(topic: str, body: object) -> None:
    where, answer = answer_to(Told(topic=topic, payload=json.dumps(body).encode(), came_at=NOON))
    assert where == f"{topic}/result"
    assert answer["status"] == "refused"
    assert answer["detail"]


@given(topic=TOPIC, payload=st.binary(max_size=60), where=st.none() | st.text(max_size=30))
def test_any_bytes_are_answered_where_that_can_be(
    topic: str, payload: bytes, where: str | None
) -> None:
    told = Told(topic=topic, payload=payload, came_at=NOON, response_topic=where)
    answered, answer = answer_to(told)
    assert answered in (where, f"{topic}/result")
    assert not set(answered) & set("+#\0")
    assert answer["status"] == "refused"
