"""The official schemas, with the 32 bits that OCPP gives to integers and they do not say."""

from typing import Any, Final

BOUNDS_32_BITS: Final = {"minimum": -2_147_483_648, "maximum": 2_147_483_647}


def with_bounds(schema: Any) -> Any:
    """A schema whose integers have bounds, where it names none."""
    if isinstance(schema, list):
        return [with_bounds(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: with_bounds(part) for name, part in schema.items()}
    is_integer = parts.get("type") == "integer"
    return BOUNDS_32_BITS | parts if is_integer else parts
