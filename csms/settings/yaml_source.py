"""YAML with line numbers, so that a wrong value can be pointed at."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from csms.domain.errors import Fault, SettingsError

KeyPath: TypeAlias = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

_MAX_FILE_BYTES: Final = 4 * 1024 * 1024
_TOO_LONG: Final = "expected a file of at most 4 MiB"
_MAX_VALUES: Final = 200_000
_MAX_DEPTH: Final = 40
_PHRASES: Final = {
    "model_type": "keys and values",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "too_long": "a list of at most {max_length}",
    "too_short": "a list of at least {min_length}",
}
"""What pydantic words so that it does not go with "expected", by the kind of error."""


class YamlSource:
    """A YAML file's values, with the line that each key stands on.

    Attributes:
        path: The file.
        values: What it holds.
        lines: Where each of its keys stands.
    """

    def __init__(self, path: Path, values: Mapping[str, Any], lines: Mapping[KeyPath, int]) -> None:
        self.path = path
        self.values = values
        self.lines = lines

    def line_of(self, key: KeyPath) -> int:
        """The line of a key, or of the nearest enclosing one that the file has."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def fault(self, key: KeyPath, message: str) -> Fault:
        """Describe what is wrong at a key."""
        return Fault(self.line_of(key), spell(key), message)

    def parse(self, model: type[ModelT]) -> ModelT:
        """Check the values against a model.

        Raises:
            SettingsError: Naming every wrong key with its line and what was expected.
        """
        try:
            return model.model_validate(self.values)
        except ValidationError as error:
            faults = [self.fault(self._key_of(e), _expectation(e)) for e in error.errors()]
            raise SettingsError(self.path, _in_order(faults)) from error

    def refuse(self, faults: list[Fault]) -> None:
        """Raise `SettingsError` if there are faults."""
        if faults:
            raise SettingsError(self.path, _in_order(faults))

    def _key_of(self, error: ErrorDetails) -> KeyPath:
        """The path in the file, without the names that pydantic adds for a union's branches."""
        key: KeyPath = ()
        for part in error["loc"]:
            if isinstance(part, int) or part.isidentifier() or (*key, part) in self.lines:
                key = (*key, part)
        return key


def read_yaml(path: Path) -> YamlSource:
    """Read a YAML file whose top level is a mapping.

    Raises:
        SettingsError: The file cannot be read, is not YAML, or says a key twice.
    """
    return parse_yaml(path, _read_text(path))


def parse_yaml(path: Path, text: str) -> YamlSource:
    """Parse what a YAML file says, or would say, whose top level is a mapping.

    Raises:
        SettingsError: It is not YAML, or says a key twice.
    """
    if len(text) > _MAX_FILE_BYTES:
        raise SettingsError(path, (Fault(1, "", _TOO_LONG),))
    try:
        root = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise SettingsError(path, (Fault(line, "", f"not YAML: {error.problem}"),)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"not YAML: character #x{error.character:04x}: {error.reason}"
        raise SettingsError(path, (Fault(line, "", message),)) from error
    except RecursionError as error:
        raise SettingsError(path, (Fault(1, "", "too deep"),)) from error
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(path, (Fault(1, "", "expected keys and values at the top level"),))
    reader = _Reader(path)
    values = reader.value_of(root, ())
    if reader.faults:
        raise SettingsError(path, _in_order(reader.faults))
    return YamlSource(path, values, reader.lines)


def spell(key: KeyPath) -> str:
    """Write a key path as people do: `chargers[3].feeder`."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class _Reader:
    """Turns YAML nodes into values and remembers their lines."""

    def __init__(self, path: Path) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self._path = path
        self._scalars = yaml.constructor.SafeConstructor()

    def value_of(self, node: yaml.Node, key: KeyPath) -> Any:  # noqa: ANN401
        if len(key) > _MAX_DEPTH or len(self.lines) > _MAX_VALUES:  # aliases can nest for ever
            raise SettingsError(self._path, (Fault(node.start_mark.line + 1, "", "too deep"),))
        self.lines.setdefault(key, node.start_mark.line + 1)
        match node:
            case yaml.MappingNode():
                return self._mapping(node, key)
            case yaml.SequenceNode():
                return [self.value_of(item, (*key, i)) for i, item in enumerate(node.value)]
            case _:
                try:
                    return self._scalars.construct_object(node)
                except yaml.MarkedYAMLError as error:
                    self._refuse(node, key, f"not a value: {error.problem}")
                except ValueError as error:
                    self._refuse(node, key, f"not a value: {error}")
                except (LookupError, AttributeError):  # how PyYAML fails at `!!bool maybe`
                    self._refuse(node, key, f"not a value of {node.tag}: {node.value!r}")
                return None

    def _mapping(self, node: yaml.MappingNode, key: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                self._refuse(name_node, key, "expected words as keys")
                continue
            name = str(name_node.value)
            child = (*key, name)
            if name in values:
                self._refuse(name_node, child, "expected each key once, got it again")
                continue
            self.lines[child] = name_node.start_mark.line + 1
            values[name] = self.value_of(value_node, child)
        return values

    def _refuse(self, node: yaml.Node, key: KeyPath, message: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, spell(key), message))


def _compose(text: str) -> yaml.Node | None:
    """A text as nodes: by libyaml, where PyYAML was built with it, at a tenth of the time.

    libyaml's composer is recursive in C, and what is too deep for it ends the process: the depth
    is looked at first. What it refuses is read again for the words of PyYAML's own parser.
    """
    if yaml.__with_libyaml__:
        try:
            if not _is_deep(text):
                return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _is_deep(text: str) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_FILE_BYTES:
            raise SettingsError(path, (Fault(1, "", _TOO_LONG),))
        return path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(path, (Fault(1, "", f"cannot be read: {reason}"),)) from error
    except UnicodeDecodeError as error:
        raise SettingsError(path, (Fault(1, "", "expected UTF-8 text"),)) from error


def _expectation(error: ErrorDetails) -> str:
    kind, message = error["type"], error["msg"]
    if kind == "missing":
        return "expected this key, it is missing"
    if kind == "extra_forbidden":
        return "not a key that is known here"
    if kind in _PHRASES:
        message = _PHRASES[kind].format(**error["ctx"])
    text = message.removeprefix("Value error, ").removeprefix("Input should be ")
    if not text.startswith("expected"):
        text = f"expected {text}"
    came = repr(error["input"])
    came = came if len(came) <= 60 else came[:57] + "..."
    return text if "got " in text else f"{text}, got {came}"


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line))
