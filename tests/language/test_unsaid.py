"""The key check's other half: no page says anything that cannot be translated."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest
from jinja2 import Environment, nodes

from csms.language.upkeep import CODE, DASHBOARD

_ENVIRONMENT: Final = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
_TEMPLATES: Final = sorted((DASHBOARD / "templates").rglob("*.html"))
_SCRIPTS: Final = sorted((DASHBOARD / "static" / "js").glob("*.js"))
_MODULES: Final = [
    path for name in ("api", "dashboard", "service") for path in CODE.glob(f"{name}/**/*.py")
]
_SAID: Final = re.compile(r"{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}", re.DOTALL)
_JINJA: Final = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_WORDS: Final = re.compile(r"[A-ZÆØÅ][a-zæøå]|[a-zæøå] [a-zæøå]")
"""What tells a text for people from a name."""
_ATTRIBUTES: Final = ("aria-label", "title", "placeholder", "alt", "aria-roledescription")
_NOT_TRANSLATED: Final = frozenset({"code", "pre", "script", "style"})
_SAME_EVERYWHERE: Final = re.compile(r"(ChargeFlex|API|CSV|Excel|EVSE|k?Wh?|kg|A|L|CO₂|s)\b")
"""Names, units and formats, which are the same in all languages."""
_TEXT_IN_SCRIPT: Final = re.compile(
    r'"[A-Z][a-z]+ [a-z]|`[^`]*[a-z]{2} [a-z]{2,}[^`]*`|"[a-z]+ [a-z ]+"'
)
_SAID_IN_SCRIPT: Final = re.compile(
    r'say(Count)?\(\s*"(?:[^"\\\n]|\\.)*"(?:,\s*"(?:[^"\\\n]|\\.)*")?'
)
_FILLED: Final = re.compile(r"\$\{[^{}]*\}")
_FOR_PROGRAMS: Final = re.compile(
    r"new Error\(|^\s*(/?\*|//)|querySelector|addEventListener|import |className|use strict|"
    r"say(Count)?\("
)


class _Page(HTMLParser):
    """Collects what a page shows as it stands in its template."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_TRANSLATED:
            self._inside.append(tag)
        self.texts.extend(value or "" for name, value in attrs if name in _ATTRIBUTES)

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_TRANSLATED:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)


def _unsaid(source: str) -> list[str]:
    """Texts of a template that are neither in `_()` nor in `{% trans %}`."""
    page = _Page()
    page.feed(_JINJA.sub(" ", _SAID.sub(" ", source)))
    shown = [_SAME_EVERYWHERE.sub("", text).strip() for text in page.texts]
    found = [text for text in shown if re.search(r"[^\W\d_]{2}", text)]
    for output in _ENVIRONMENT.parse(_SAID.sub(" ", source)).find_all((nodes.Output, nodes.For)):
        shown_by = output.nodes if isinstance(output, nodes.Output) else [_iterated(output)]
        found.extend(text for node in shown_by for text in _printed(node) if _WORDS.search(text))
    return found


def _iterated(loop: nodes.Node) -> nodes.Node:
    return loop.iter if isinstance(loop, nodes.For) else loop


def _printed(node: nodes.Node) -> Iterator[str]:
    """Texts that an expression may come to; what is handed to `_()` is looked up."""
    match node:
        case nodes.Const(value=str(text)):
            yield text
        case nodes.CondExpr(expr1=one, expr2=other):
            yield from _printed(one)
            if other is not None:
                yield from _printed(other)
        case nodes.Or() | nodes.And() | nodes.Concat() | nodes.Tuple() | nodes.List():
            for child in node.iter_child_nodes():
                yield from _printed(child)


@pytest.mark.parametrize("path", _TEMPLATES, ids=lambda path: path.name)
def test_template_says_nothing_that_is_not_translated(path: Path) -> None:
    assert _unsaid(path.read_text(encoding="utf-8")) == []


def test_text_that_is_not_translated_is_found() -> None:
    assert _unsaid('<p title="Hello">{{ _("Yes") }} or</p>') == ["Hello", "or"]
    assert _unsaid('{{ "On" if a else _("Off") }}{% trans %}Well{% endtrans %}') == ["On"]


@pytest.mark.parametrize("path", _SCRIPTS, ids=lambda path: path.name)
def test_script_says_nothing_that_is_not_translated(path: Path) -> None:
    source = _SAID_IN_SCRIPT.sub("say(", path.read_text(encoding="utf-8"))
    lines = _FILLED.sub("", source).splitlines()
    spoken = [line for line in lines if not _FOR_PROGRAMS.search(line)]
    assert [line.strip() for line in spoken if _TEXT_IN_SCRIPT.search(line)] == []


def test_texts_are_said_by_what_can_be_looked_up() -> None:
    """A key that is put together at run time would be missed by the catalogues."""
    calls = [
        f"{path.name}:{node.lineno}"
        for path in _MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("say", "say_count")
        and not isinstance(node.args[0], ast.Constant)
    ]
    assert calls == []
