"""Models as bytes and back: numbers and names, no code.

An archive of NumPy arrays that is read with pickles forbidden; its first entry is JSON that says
what they are. The classes are a closed list, so that a file from a stranger can at worst be wrong.
"""

import json
from dataclasses import fields
from io import BytesIO
from typing import Any, Final, TypeAlias
from zipfile import BadZipFile

import numpy as np

from smart_charging.forecast.analogs import Likeness
from smart_charging.forecast.site import SiteModel
from smart_charging.forecast.stay import Learned, StayModel
from smart_charging.forecast.trees import Forest

Model: TypeAlias = SiteModel | StayModel
VERSION: Final = 1
_CLASSES: Final = {one.__name__: one for one in (SiteModel, StayModel, Learned, Likeness, Forest)}
_HEADER: Final = "header"


class StoredModelError(ValueError):
    """Bytes that are no model of this version; its text says why."""


def to_bytes(model: Model) -> bytes:
    """Write a model."""
    arrays: list[np.ndarray[Any, Any]] = []
    header = json.dumps({"version": VERSION, "model": _written(model, arrays)})
    file = BytesIO()
    named = {f"a{number}": array for number, array in enumerate(arrays)}
    np.savez_compressed(file, **{_HEADER: np.array(header)}, **named)  # type: ignore[arg-type]
    return file.getvalue()


def from_bytes(data: bytes) -> Model:
    """Read a model.

    Raises:
        StoredModelError: It is none, or of another version.
    """
    try:
        with np.load(BytesIO(data), allow_pickle=False) as archive:
            header = json.loads(str(archive[_HEADER]))
            if header["version"] != VERSION:
                raise StoredModelError(f"expected version {VERSION}, got {header['version']}")
            model = _read(header["model"], archive)
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, StoredModelError):
            raise
        raise StoredModelError(f"expected a stored model: {error}") from error
    if not isinstance(model, SiteModel | StayModel):
        raise StoredModelError(f"expected a stored model, got {type(model).__name__}")
    return model


def _written(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:  # noqa: ANN401 - JSON
    if type(value).__name__ in _CLASSES:
        named = {one.name: _written(getattr(value, one.name), arrays) for one in fields(value)}
        return {"is": type(value).__name__, "of": named}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"is": "array", "of": len(arrays) - 1}
    if isinstance(value, tuple):
        return {"is": "tuple", "of": [_written(one, arrays) for one in value]}
    if isinstance(value, dict):
        return {"is": "dict", "of": {name: _written(one, arrays) for name, one in value.items()}}
    return value


def _read(value: Any, archive: Any) -> Any:  # noqa: ANN401 - JSON, and what NumPy loads
    if not isinstance(value, dict):
        return value
    kind, content = value["is"], value["of"]
    match kind:
        case "array":
            return archive[f"a{content}"]
        case "tuple":
            return tuple(_read(one, archive) for one in content)
        case "dict":
            return {name: _read(one, archive) for name, one in content.items()}
        case _:
            return _CLASSES[kind](**{name: _read(one, archive) for name, one in content.items()})
