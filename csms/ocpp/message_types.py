"""Types generated from JSON schemas: JSON is read into them and checked on the way, in one go.

An object becomes a class with an attribute for each of its properties, None where a property is
absent (a property that is there is never null, so the two cannot be mixed up). Texts, numbers and
arrays carry their schema's limits. Two kinds of schema are beyond what `msgspec` checks by itself
and have classes of their own: `Multiple` and `OpenObject`.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol, TypeAlias

import msgspec

from csms.ocpp.frames import JsonObject

Reader: TypeAlias = Callable[[bytes | msgspec.Raw], Any]

_NOTES: Final = frozenset(
    {"$id", "$schema", "comment", "default", "definitions", "description", "javaType", "title"}
)
_SILENT: Final = frozenset({"type", "additionalProperties", "additionalItems", "format"})
"""Keywords that limit nothing where they stand: the official schemas write the second one to texts
too, and the third one to arrays whose items all have one schema. `format`: see `load_schemas`."""
_SAID: Final[Mapping[str, frozenset[str]]] = {
    "anything": frozenset(),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "boolean": frozenset(),
    "enum": frozenset({"enum"}),
    "integer": frozenset({"minimum", "maximum"}),
    "multiple": frozenset({"multipleOf"}),
    "number": frozenset({"minimum", "maximum"}),
    "object": frozenset({"properties", "required"}),
    "string": frozenset({"minLength", "maxLength"}),
}
"""Keywords that a type can say, by kind of schema."""
_LIMITS: Final = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "minimum": "ge",
    "maximum": "le",
}
_SCALARS: Final[Mapping[str, type]] = {
    "boolean": bool,
    "integer": int,
    "number": float,
    "string": str,
}


class Multiple(float):
    """A number of so many decimals, which schemas call a multiple of 0.1, 0.01, ..."""

    decimals: ClassVar[int]

    @classmethod
    def read(cls, value: Any) -> "Multiple":  # noqa: ANN401
        """Read a number; it has to be the nearest one of so many decimals (16.1 is)."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or round(value, cls.decimals) != value:
            raise ValueError(f"expected a number of {cls.decimals} decimals")
        return cls(value)


class OpenObject(dict[str, Any]):
    """An object that may hold more than its schema names, and so is kept as it came."""

    known: ClassVar[type[msgspec.Struct]]

    @classmethod
    def read(cls, value: Any) -> "OpenObject":  # noqa: ANN401
        """Read an object; what its schema names has to fit."""
        msgspec.convert(value, cls.known, dec_hook=_read_checked)
        return cls(value)


class _Checked(Protocol):
    """A type that checks what it is made of by itself."""

    @classmethod
    def read(cls, value: Any) -> "_Checked": ...  # noqa: ANN401


def make_reader(schema: JsonObject) -> Reader:
    """Make the function that reads JSON into the type of a schema.

    The function raises `msgspec.MsgspecError` where the JSON does not fit, `UnicodeError` or
    `RecursionError` where it is hardly JSON at all.

    Raises:
        ValueError: The schema says something that is not understood here.
    """
    payload_type = _TypeMaker(schema.get("definitions", {})).make(schema, "Payload")
    return msgspec.json.Decoder(payload_type, dec_hook=_read_checked).decode


def _read_checked(kind: type[_Checked], value: object) -> _Checked:
    return kind.read(value)


class _TypeMaker:
    """Makes the types of one schema and of its parts."""

    def __init__(self, definitions: Mapping[str, JsonObject]) -> None:
        self._definitions = definitions
        self._made: dict[str, Any] = {}

    def make(self, schema: JsonObject, name: str) -> Any:  # noqa: ANN401
        if "$ref" in schema:
            return self._defined(schema["$ref"].removeprefix("#/definitions/"))
        kind = _kind(schema)
        strange = schema.keys() - _NOTES - _SILENT - _SAID[kind]
        if strange:
            raise ValueError(f"{name}: no type can say {', '.join(sorted(strange))}")
        return self._of_kind(kind, schema, name)

    def _of_kind(self, kind: str, schema: JsonObject, name: str) -> Any:  # noqa: ANN401
        match kind:
            case "anything":
                return Any
            case "array":
                return _limited(list[self.make(schema["items"], name)], schema)  # type: ignore[misc]
            case "enum":
                return Literal[tuple(schema["enum"])]
            case "multiple":
                return _multiple(schema["multipleOf"], name)
            case "object":
                return self._object(schema, name)
            case _:
                return _limited(_SCALARS[kind], schema)

    def _defined(self, name: str) -> Any:  # noqa: ANN401
        if name not in self._made:
            self._made[name] = self.make(self._definitions[name], name)
        return self._made[name]

    def _object(self, schema: JsonObject, name: str) -> type:
        fields: list[Any] = []
        for inner, described in schema.get("properties", {}).items():
            field = inner, self.make(described, inner)
            fields.append(field if inner in schema.get("required", ()) else (*field, None))
        is_open = schema.get("additionalProperties") is not False
        struct = msgspec.defstruct(
            name,
            fields,
            kw_only=True,
            forbid_unknown_fields=not is_open,
            omit_defaults=True,
            gc=False,  # JSON has no cycles
        )
        return type(name, (OpenObject,), {"known": struct}) if is_open else struct


def _kind(schema: JsonObject) -> str:
    if "enum" in schema:
        return "enum"
    kind: str = schema.get("type", "anything")
    return "multiple" if kind == "number" and "multipleOf" in schema else kind


def _limited(kind: Any, schema: JsonObject) -> Any:  # noqa: ANN401
    limits = {_LIMITS[word]: bound for word, bound in schema.items() if word in _LIMITS}
    if kind is int:  # whose bounds the schemas write as 0.0 and 100.0
        inward = {"ge": math.ceil, "le": math.floor}
        limits = {side: inward[side](bound) for side, bound in limits.items()}
    return Annotated[kind, msgspec.Meta(**limits)] if limits else kind


def _multiple(of: float, name: str) -> type[Multiple]:
    _, digits, exponent = Decimal(str(of)).as_tuple()
    if digits != (1,) or not isinstance(exponent, int) or exponent > 0:
        raise ValueError(f"{name}: expected a multiple of 1, 0.1, 0.01, ..., got {of}")
    return type(name, (Multiple,), {"decimals": -exponent})
