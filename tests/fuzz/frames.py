"""Frames that stations may send, most of them broken."""

import json
from importlib.resources import files
from random import Random
from typing import Any, Final

from tests.fuzz.judge import STATION_ACTIONS, server_actions
from tests.ocpp.payload_maker import ODD_VALUES, PayloadMaker

_PACKAGES: Final = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201"}
_LONGEST: Final = 1_000_000
_ANSWERS: Final = "{}Response.json"
_CALLS: Final = {"1.6": "{}.json", "2.0.1": "{}Request.json"}
_STRANGE_ACTIONS: Final = ("", "Teleport", "heartbeat", "Heartbeat ", "x" * 300, "Ħeartbeat", "2")
_STRANGE_IDS: Final[tuple[Any, ...]] = (
    "",
    "x" * 37,
    "é" * 36,
    "🔌" * 40,
    None,
    7,
    -1,
    [],
    {},
    True,
)
_NOT_JSON: Final = ("", " ", "[", "hello", "[2,", "{", "[NaN]", '[2,"a","Heartbeat",{}', "\ufeff[]")
_CHARACTERS: Final = '[]{}",:0123456789\\ \n\tnulltrue\x00é🔌e-+.'


class FrameMaker:
    """Makes frames of a station of one version.

    Args:
        version: Of OCPP.
        random: Where all choices come from.
    """

    def __init__(self, version: str, random: Random) -> None:
        self._version = version
        self._random = random
        self._number = 0
        self._makers: dict[str, PayloadMaker] = {}
        self._actions = sorted(STATION_ACTIONS[version])
        self._foreign_actions = sorted(server_actions(version))

    def frame(self) -> str | bytes:
        """Make a frame: valid, nearly so, or not at all.

        Not longer than a server has to read: for that it closes the connection, as RFC 6455 has it.
        """
        while len(frame := self._any()) > _LONGEST:
            pass
        return frame

    def answer(self, message_id: str, action: str) -> str | bytes:
        """Answer a call of the server: properly, badly, or not at all."""
        choice = self._random.random()
        maker = self._maker(_ANSWERS.format(action), is_file=True)
        if choice < 0.5:
            return json.dumps([3, message_id, maker.valid()])
        if choice < 0.8:
            return json.dumps([3, message_id, maker.nearly_valid()])
        if choice < 0.9:
            return json.dumps(
                [4, message_id, self._random.choice(("NotSupported", "x", 7)), "", {}]
            )
        return self._garbled(json.dumps([3, message_id, maker.valid()]))

    def _any(self) -> str | bytes:
        choice = self._random.random()
        if choice < 0.35:
            return json.dumps(self._call(self._payload(self._action())))
        if choice < 0.7:
            action = self._action()
            return json.dumps(self._call((action, self._maker(action).nearly_valid())))
        if choice < 0.85:
            return json.dumps(self._misshapen(), ensure_ascii=self._random.random() < 0.5)
        if choice < 0.97:
            return self._garbled(json.dumps(self._call(self._payload(self._action()))))
        return self._no_frame()

    def _call(self, said: tuple[str, Any]) -> list[Any]:
        self._number += 1
        return [2, f"call-{self._number}", *said]

    def _action(self) -> str:
        return self._random.choice(self._actions)

    def _payload(self, action: str) -> tuple[str, Any]:
        return action, self._maker(action).valid()

    def _maker(self, name: str, *, is_file: bool = False) -> PayloadMaker:
        file = name if is_file else _CALLS[self._version].format(name)
        if file not in self._makers:
            folder = files(_PACKAGES[self._version]) / "schemas"
            schema = json.loads((folder / file).read_text(encoding="utf-8-sig"))
            self._makers[file] = PayloadMaker(schema, self._random, least=0)
        return self._makers[file]

    def _misshapen(self) -> Any:
        """A frame in which something beside the payload is not as it should be."""
        frame = self._call(self._payload(self._action()))
        odd = self._random.choice(ODD_VALUES)
        match self._random.randrange(8):
            case 0:
                frame[0] = self._random.choice((0, 1, 5, 2.0, "2", True, None, -2, 10**30))
            case 1:
                frame[1] = self._random.choice(_STRANGE_IDS)
            case 2:
                frame[2] = self._random.choice((*_STRANGE_ACTIONS, *self._foreign_actions))
            case 3:
                frame[2] = odd
            case 4:
                frame[3] = odd
            case 5:
                del frame[self._random.randrange(len(frame)) :]
            case 6:
                frame.append(odd)
            case _:
                return self._random.choice((odd, [3, "nobody-asked", {}], [4, "x", "y", "z", {}]))
        return frame

    def _garbled(self, text: str) -> str:
        """A text in which a few characters are others, gone, or too many."""
        characters = list(text)
        for _ in range(self._random.choice((1, 1, 2, 5))):
            place = self._random.randrange(len(characters) or 1)
            stays = self._random.randrange(2)
            new = self._random.choice(("", *_CHARACTERS))
            characters[place : place + 1 - stays] = [new]
        return "".join(characters)

    def _no_frame(self) -> str | bytes:
        if self._random.random() < 0.3:
            return self._random.randbytes(self._random.randrange(200))
        if self._random.random() < 0.1:
            return "[" * self._random.choice((10, 500, 5_000, 200_000))
        return self._random.choice(_NOT_JSON)
