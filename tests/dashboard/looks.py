"""How pages are looked at: what is wider than the window, in which windows and themes."""

from typing import Any, Final, TypeAlias

Look: TypeAlias = dict[str, Any]
"""Options of a browser's context: window and theme."""

PHONE: Final = {"width": 390, "height": 844}
TOO_WIDE: Final = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5)
    .filter((e) => !e.closest(".unseen, svg, .u-wrap"))
    .map((e) => e.outerHTML.slice(0, 80))"""
TOO_WIDE_BUT_LISTS: Final = TOO_WIDE.replace(".u-wrap", ".u-wrap, .records, pre")
"""The same, but for tables and frames of messages, which scroll by themselves."""
LOOKS: Final[tuple[Look, ...]] = tuple(
    {"viewport": {"width": width, "height": 844}, "color_scheme": theme}
    for theme in ("light", "dark")
    for width in (390, 1440)
)
