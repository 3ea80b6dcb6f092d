"""Paths into JSON documents, as the standard writes them (JSONPath, RFC 9535)."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment, JSONPathError

from csms.domain.errors import InvalidInputError

_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class JsonPath:
    """Where in a document something stands: `$`, `$.ENERGY.Current[0]`, `$['em:0'].a_current`.

    Raises:
        InvalidInputError: It is no path.
    """

    text: str
    _query: JSONPath | CompoundJSONPath = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_query", _compiled(self.text))

    def find(self, document: object) -> list[object]:
        """All that stands there, in the document's order.

        Raises:
            InvalidInputError: The path does not fit the document; one that leads nowhere does.
        """
        if isinstance(document, str):  # which the package would read as JSON
            return [document] if str(self._query) == "$" else []
        try:
            return self._query.findall(document)  # type: ignore[arg-type]
        except (JSONPathError, RecursionError) as error:
            raise InvalidInputError(self.text, f"cannot be followed: {_words(error)}") from error


@lru_cache(maxsize=1024)
def _compiled(text: str) -> JSONPath | CompoundJSONPath:
    if len(text) > _LONGEST:
        raise InvalidInputError("path", f"expected at most {_LONGEST} characters, got {len(text)}")
    if not text.startswith("$"):
        message = f"expected a JSON path, which begins with $ as in $.current[0], got {text!r}"
        raise InvalidInputError("path", message)
    try:
        return JSONPathEnvironment(strict=True).compile(text)
    except JSONPathError as error:
        message = f"expected a JSON path such as $.current[0], got {text!r}: {_words(error)}"
        raise InvalidInputError("path", message) from error


def _words(error: Exception) -> str:
    """What is wrong, without the library's drawing of the place."""
    return str(error.args[0]) if error.args else type(error).__name__
