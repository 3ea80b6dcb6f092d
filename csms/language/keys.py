"""Which texts the code has: what is translated, and what a page's scripts are given."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from jinja2 import Environment
from jinja2.ext import extract_from_ast

Key: TypeAlias = tuple[str, str]
"""A text, and the same for many of something; empty: it counts nothing."""

_TEXT: Final = r'"(?:[^"\\\n]|\\.)*"'
_IN_SCRIPT: Final = re.compile(rf"(?<![\w.#])say(Count)?\(\s*({_TEXT})(?:,\s*({_TEXT}))?")


def keys_of_python(source: str) -> Iterator[Key]:
    """Texts that a module says by `Said`, `Said.of`, `say` and `say_count`."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        match name, [one.value for one in node.args if isinstance(one, ast.Constant)]:
            case (("Said" | "say"), [str(text), *_]):
                yield text, ""
            case (("of" | "say_count"), [str(one), str(many), *_]):
                yield one, many


def keys_of_template(environment: Environment, source: str) -> Iterator[Key]:
    """Texts that a template says by `_()` and `{% trans %}`."""
    for _, _, found in extract_from_ast(environment.parse(source)):
        one, *more = [found] if isinstance(found, str) else [text for text in found or () if text]
        yield str(one), str(more[0]) if more else ""


def keys_of_script(source: str) -> Iterator[Key]:
    """Texts that a module of the browser says by `say()` and `sayCount()`."""
    for has_many, one, many in _IN_SCRIPT.findall(source):
        yield json.loads(one), json.loads(many) if has_many and many else ""


def keys_of_scripts(folder: Path) -> set[Key]:
    """Texts of all modules in a folder."""
    return {
        key
        for path in sorted(folder.glob("*.js"))
        for key in keys_of_script(path.read_text(encoding="utf-8"))
    }
