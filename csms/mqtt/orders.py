"""What others want done, by MQTT: limits, needs of vehicles, prices taken. They are answered.

An order is obeyed when it comes, or never: what was retained, or has expired, is refused, and what
is sent while there is no connection does not come. The API obeys the same, by the same use cases.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from csms.clock import Clock
from csms.domain.errors import ChargeFlexError, InvalidInputError, UnknownStationError
from csms.domain.identity import EvseId
from csms.domain.imposed_limit import LimitParty
from csms.log import about
from csms.mqtt.connection import Say
from csms.mqtt.flexibility_orders import flexibility_orders
from csms.mqtt.grid_orders import Result, grid_orders
from csms.mqtt.message import Told, parse_body, read_json
from csms.mqtt.order_trail import OrderTrail
from csms.mqtt.refusals import Refusal, Refusals
from csms.mqtt.said import Said
from csms.mqtt.topics import Order, OrderKind, Topics
from csms.mqtt.use_cases import UseCases
from csms.service.bodies import Need, WantedFeederLimit, WantedSchedule, imposed_body
from csms.service.instant import Instant
from csms.service.price_bodies import ToldPrices
from csms.tally import MqttTally

logger = logging.getLogger(__name__)

_LONGEST_ID: Final = 200
_LARGEST_ID: Final = 2**53
"""Up to this, every reader of JSON reads a number as it was written."""
_MOST_WAITING: Final = 100
_TIME_LIMIT_S: Final = 30.0
_PLANS_LIMIT_S: Final = 90.0
"""Of what plans are made for; who makes them gives up before."""
_ANSWER_LIVES_S: Final = 60
_LONGEST_TOPIC: Final = 65_535
_Line: TypeAlias = asyncio.Queue[tuple[Told, Order]]
_FAILED: Final = "the server has failed at this; its log says why"
_BUSY: Final = f"{_MOST_WAITING} others wait already"


def _told_back(value: object) -> object:
    is_text = isinstance(value, str) and len(value) <= _LONGEST_ID
    is_whole = type(value) is int and abs(value) <= _LARGEST_ID
    if value is None or is_text or is_whole:
        return value
    message = f"expected a text of at most {_LONGEST_ID} characters, or a whole number"
    raise PydanticCustomError("id", message)


class Envelope(BaseModel):
    """What goes with every order, beside its own fields."""

    model_config = ConfigDict(extra="ignore")

    id: Annotated[str | int | None, PlainValidator(_told_back)] = None
    expires_at: Instant | None = None


_ENVELOPE: Final = frozenset(Envelope.model_fields)


class Lifting(BaseModel):
    """Which of a party's limits is lifted: the one that begins then, or all."""

    model_config = ConfigDict(extra="forbid")

    from_at: Instant | None = Field(default=None, alias="from")


class Orders:
    """Takes orders one after the other, and answers each.

    What plans are made for waits in a line of its own, so that it holds up no limit.

    Args:
        topics: This server's own topics.
        uses: What obeys them.
        refusals: Is told of what was not done.
        tally: Counts what was.
        clock: The time.
    """

    def __init__(
        self,
        topics: Topics,
        uses: UseCases,
        refusals: Refusals,
        tally: MqttTally,
        clock: Clock,
    ) -> None:
        self._topics = topics
        self._uses = uses
        self._refusals = refusals
        self._tally = tally
        self._clock = clock
        self._trail = OrderTrail(uses.log)
        self._sites = frozenset(live.site.site_id for live in uses.sites)
        self._waiting: _Line = asyncio.Queue(_MOST_WAITING)
        self._planning: _Line = asyncio.Queue(_MOST_WAITING)
        self._answers: asyncio.Queue[Said] = asyncio.Queue(2 * _MOST_WAITING)
        self._obeys: Mapping[OrderKind, Callable[[Order, dict[str, Any]], Awaitable[Result]]] = {
            OrderKind.SET_LIMIT: self._set_limit,
            OrderKind.LIFT_LIMIT: self._lift_limit,
            OrderKind.SET_NEED: self._set_need,
            OrderKind.SET_PRICES: self._set_prices,
            **grid_orders(uses.grid),
            **flexibility_orders(uses.flexibility, uses.grid.parties),
        }

    def take(self, told: Told, order: Order) -> None:
        """Take an order; it is obeyed and answered later."""
        line = self._planning if order.kind.takes_plans else self._waiting
        if told.is_retained:
            self._note(
                told, order, "retained", "retained: expected an order of now, not a kept one"
            )
        elif line.full():
            self._note(told, order, "busy", _BUSY)
        else:
            line.put_nowait((told, order))

    async def run(self) -> None:
        """Obey orders until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._obey_all(self._waiting))
            tasks.create_task(self._obey_all(self._planning))

    async def answer(self, say: Say) -> None:
        """Send answers until cancelled."""
        while True:
            await say(await self._answers.get())

    async def _obey_all(self, line: _Line) -> None:
        while True:
            told, order = await line.get()
            try:
                await self._answers.put(await self._obey(told, order))
            except Exception:  # whatever an order does, the next one is obeyed
                logger.exception("could not answer the order of topic %s", told.topic)

    async def _obey(self, told: Told, order: Order) -> Said:
        """Obey an order; what came of it is written down before it is told."""
        heard = _Heard(f"{told.topic}/result")
        with about(site=order.site_id if order.site_id in self._sites else None):
            answer = await self._result(told, order, heard)
            answer = await self._written_down(told, order, answer)
        body = {**({} if heard.order_id is None else {"id": heard.order_id}), **answer}
        return Said(
            topic=heard.reply_to,
            payload=orjson.dumps(body, option=orjson.OPT_UTC_Z),
            correlation=told.correlation,
            lives_s=_ANSWER_LIVES_S,
        )

    async def _written_down(
        self, told: Told, order: Order, answer: dict[str, Any]
    ) -> dict[str, Any]:
        """What may be told of an order: what came of it, if that could be written down."""
        try:
            await self._trail.note(told, order, answer)
        except Exception:  # it is answered all the same
            logger.exception("could not write down the order of topic %s", told.topic)
            return {"status": "failed", "detail": _FAILED}
        return answer

    async def _result(self, told: Told, order: Order, heard: "_Heard") -> dict[str, Any]:
        """What came of an order, whatever it does."""
        limit_s = _PLANS_LIMIT_S if order.kind.takes_plans else _TIME_LIMIT_S
        try:
            own = self._read(told, heard)
            async with asyncio.timeout(limit_s):
                result = await self._obeys[order.kind](order, own)
        except ChargeFlexError as error:
            field = error.field if isinstance(error, InvalidInputError) else "not_possible"
            return {"status": "refused", "detail": self._note(told, order, field, str(error))}
        except TimeoutError:
            cause = f"it was not done within {limit_s:g} s; it may be done yet"
            return {"status": "failed", "detail": self._note(told, order, "late", cause)}
        except Exception:  # it is answered all the same
            logger.exception("could not obey the order of topic %s", told.topic)
            return {"status": "failed", "detail": self._note(told, order, "failed", _FAILED)}
        self._tally.taken[self._topics.orders[order.kind]] += 1
        return {"status": "done", "result": result}

    def _read(self, told: Told, heard: "_Heard") -> dict[str, Any]:
        """An order's own fields; how it is to be answered is noted as far as it can be read."""
        self._check_response_topic(told.response_topic)
        heard.reply_to = told.response_topic or heard.reply_to
        fields = _fields(told)
        envelope = parse_body(fields, Envelope)
        heard.order_id = envelope.id
        self._check_time(envelope.expires_at)
        return {name: one for name, one in fields.items() if name not in _ENVELOPE}

    async def _set_limit(self, order: Order, fields: dict[str, Any]) -> Result:
        is_schedule = "limits" in fields
        if is_schedule:
            wanted = parse_body(fields, WantedSchedule).wanted
        else:
            wanted = [parse_body(fields, WantedFeederLimit).wanted]
        imposed = await self._uses.limits.impose(order.site_id, order.name, _party(order), wanted)
        bodies = [imposed_body(one).model_dump(by_alias=True) for one in imposed]
        return bodies if is_schedule else bodies[0]

    async def _lift_limit(self, order: Order, fields: dict[str, Any]) -> Result:
        from_at = parse_body(fields, Lifting).from_at
        await self._uses.limits.lift(order.site_id, order.name, _party(order), from_at)
        return None

    async def _set_need(self, order: Order, fields: dict[str, Any]) -> Result:
        need = parse_body(fields, Need).stated
        if order.name not in self._uses.sites.live(order.site_id).stations:
            raise UnknownStationError(order.name)
        if not order.detail.isdecimal():
            raise InvalidInputError("evse", f"expected a number, got {order.detail!r}")
        await self._uses.operations.state_need(EvseId(order.name, int(order.detail)), need)
        return None

    async def _set_prices(self, order: Order, fields: dict[str, Any]) -> Result:
        told = parse_body(fields, ToldPrices)
        await self._uses.pricing.told(order.site_id, told.kind, told.series)
        return None

    def _check_time(self, expires_at: datetime | None) -> None:
        now = self._clock.now()
        if expires_at is not None and expires_at <= now:
            message = f"expected an instant in the future, got {expires_at.isoformat()}"
            raise InvalidInputError("expires_at", f"{message} at {now.isoformat()}")

    def _check_response_topic(self, topic: str | None) -> None:
        """Answers must not be somebody's orders or readings, or look as if they were states."""
        if topic is None:
            return
        if not topic or set(topic) & set("+#\0") or len(topic.encode()) > _LONGEST_TOPIC:
            raise InvalidInputError("response_topic", "expected one topic, without + and #")
        if self._topics.is_own(topic):
            own = self._topics.replies
            message = f"expected none of this server's own topics but below {own}, got {topic!r}"
            raise InvalidInputError("response_topic", message)

    def _note(self, told: Told, order: Order, field: str, cause: str) -> str:
        """Tell of an order that was not obeyed; return why."""
        refusal = Refusal(
            under=self._topics.orders[order.kind], topic=told.topic, field=field, cause=cause
        )
        self._refusals.note(refusal, told.came_at)
        return cause


@dataclass
class _Heard:
    """How an order is to be answered.

    Attributes:
        reply_to: By which topic.
        order_id: The name that its sender has given it.
    """

    reply_to: str
    order_id: str | int | None = None


def _fields(told: Told) -> dict[str, Any]:
    value = read_json(told)
    if not isinstance(value, dict):
        raise InvalidInputError("payload", "expected a JSON object")
    return value


def _party(order: Order) -> LimitParty:
    try:
        return LimitParty(order.detail)
    except ValueError:
        known = " or ".join(LimitParty)
        raise InvalidInputError("party", f"expected {known}, got {order.detail!r}") from None
