"""A statement of transactions as a PDF, for whoever is to pay or to be paid, in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import matplotlib as mpl
from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos

from csms.domain.errors import InvalidInputError
from csms.language.reader import language_now, say, say_count, spoken
from csms.language.said import Said
from csms.language.written import day_and_minute, figure

_FONT: Final = "DejaVu"
_FONT_FOLDER: Final = Path(mpl.get_data_path()) / "fonts" / "ttf"
"""It has the letters of most of the world, and comes with matplotlib."""
_MOST_LINES: Final = 10_000
_GREY: Final = 110
_NOTHING: Final = "\N{EN DASH}"
_COLUMNS: Final = (
    (Said("Number"), 18, "RIGHT"),
    (Said("Charger"), 32, "LEFT"),
    (Said("Token"), 36, "LEFT"),
    (Said("Began"), 34, "LEFT"),
    (Said("Ended"), 34, "LEFT"),
    ("kWh", 18, "RIGHT"),
    (Said("Cost"), 18, "RIGHT"),
)
"""How wide each is, and where its words stand."""
_TOTALS_HEIGHT: Final = 24
"""They stand together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a statement is about.

    Attributes:
        site: The site's name; empty: all sites.
        token: Empty: all tokens.
        begins_at: From then on; None: from the beginning.
        ends_at: Before that; None: until now.
    """

    site: str
    token: str
    begins_at: datetime | None
    ends_at: datetime | None


def write_statement(
    heading: Heading, rows: Sequence[Mapping[str, Any]], zones: Mapping[str, ZoneInfo], path: Path
) -> int:
    """Write transactions, and what they come to, to a PDF file; return how many.

    Args:
        heading: What the statement is about.
        rows: Transactions as the database has them.
        zones: The time of each site.
        path: The file.

    Raises:
        InvalidInputError: They are too many for paper.
    """
    if len(rows) > _MOST_LINES:
        cause = f"expected at most {_MOST_LINES:,} transactions for pdf, got {len(rows):,}"
        raise InvalidInputError("format", f"{cause}: choose a shorter time, or csv or xlsx")
    paper = _Paper()
    _write_heading(paper, heading, next(iter(set(zones.values())), ZoneInfo("Etc/UTC")))
    _write_table(paper, rows, zones)
    _write_totals(paper, rows)
    paper.output(path)
    return len(rows)


class _Paper(FPDF):
    """Pages of A4 with their numbers."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_margin(10)
        self.add_font(_FONT, "", _FONT_FOLDER / "DejaVuSans.ttf")
        self.add_font(_FONT, "B", _FONT_FOLDER / "DejaVuSans-Bold.ttf")
        self.set_title(say("Charging statement"))
        self.set_lang(language_now())
        self.set_creator("ChargeFlex")
        self.add_page()

    def footer(self) -> None:
        """Number the page."""
        self.set_y(-12)
        self.set_font(_FONT, size=7)
        self.set_text_color(_GREY)
        self.cell(
            text=say("Page %(page)s of %(pages)s", page=self.page_no(), pages="{nb}"), center=True
        )
        self.set_text_color(0)

    def line_of(self, text: str, size: float, style: str = "", grey: int = 0) -> None:
        """Write a line of text."""
        self.set_font(_FONT, style, size)
        self.set_text_color(grey)
        self.cell(w=self.epw, h=size * 0.55, text=text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(0)


def _write_heading(paper: _Paper, heading: Heading, zone: ZoneInfo) -> None:
    paper.line_of(say("Charging statement"), 18, "B")
    paper.line_of(heading.site or say("All sites"), 12)
    begins = say("the beginning")
    if heading.begins_at:
        begins = day_and_minute(heading.begins_at, zone)
    ends = day_and_minute(heading.ends_at, zone) if heading.ends_at else say("now")
    span = say("Transactions that began from %(begins)s until %(ends)s", begins=begins, ends=ends)
    paper.line_of(span, 9, grey=_GREY)
    if heading.token:
        paper.line_of(say("Token %(token)s", token=heading.token), 9, grey=_GREY)
    paper.ln(4)


def _write_table(
    paper: _Paper, rows: Sequence[Mapping[str, Any]], zones: Mapping[str, ZoneInfo]
) -> None:
    paper.set_font(_FONT, size=7.5)
    names, widths, aligned = zip(*_COLUMNS, strict=True)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=widths,
        text_align=aligned,
        line_height=5,
    ) as table:
        table.row([spoken(name) for name in names])
        for row in rows:
            table.row(_cells(row, zones.get(row["site_id"], ZoneInfo("Etc/UTC"))))


def _cells(row: Mapping[str, Any], zone: ZoneInfo) -> list[str]:
    number = row["evse_number"]
    return [
        str(row["number"]),
        row["station_id"] if number is None else f"{row['station_id']}/{number}",
        row["id_token"] or _NOTHING,
        day_and_minute(row["started_at"], zone),
        day_and_minute(row["ended_at"], zone) if row["ended_at"] else say("runs"),
        figure(row["energy_wh"] / 1000, ",.2f"),
        _NOTHING if row["total_cost"] is None else figure(row["total_cost"], ",.2f"),
    ]


def _write_totals(paper: _Paper, rows: Sequence[Mapping[str, Any]]) -> None:
    energy_kwh = sum(row["energy_wh"] for row in rows) / 1000
    costs = [row["total_cost"] for row in rows if row["total_cost"] is not None]
    if paper.will_page_break(_TOTALS_HEIGHT):
        paper.add_page()
    paper.ln(4)
    paper.line_of(_sum_words(len(rows), energy_kwh), 11, "B")
    if costs:
        paper.line_of(say("To pay: %(cost)s", cost=figure(sum(costs), ",.2f")), 11, "B")
        unpriced = len(rows) - len(costs)
        if unpriced:
            words = say_count("%(n)s of them has no price", "%(n)s of them have no price", unpriced)
            paper.line_of(words, 8, grey=_GREY)


def _sum_words(count: int, energy_kwh: float) -> str:
    return say_count(
        "%(n)s transaction, %(kwh)s kWh",
        "%(count)s transactions, %(kwh)s kWh",
        count,
        count=figure(count, ",.0f"),
        kwh=figure(energy_kwh, ",.2f"),
    )
