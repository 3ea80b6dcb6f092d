"""Who reads in which language, and what is said to them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from csms.language.catalogue import translate
from csms.language.languages import Language, accepted, language_of, write_part
from csms.language.reader import (
    Reader,
    explained,
    language_now,
    read_by,
    read_by_user,
    say,
    say_count,
    spoken,
)
from csms.language.recall import retold
from csms.language.said import Said, joined


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("nb-NO", Language.NB),
        ("no", Language.NB),
        ("nn", Language.NB),
        ("en-GB", Language.EN),
        ("sv", None),
        ("", None),
    ],
)
def test_a_code_means_the_nearest_language(code: str, language: Language | None) -> None:
    assert language_of(code) is language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nb-NO,nb;q=0.9,en;q=0.8", Language.NB),
        ("sv,en;q=0.5,nb;q=0.7", Language.NB),
        ("en;q=0,de", None),
        ("nb;q=much", None),
        ("", None),
    ],
)
def test_a_browser_says_which_language_it_likes_best(
    header: str, language: Language | None
) -> None:
    assert accepted(header) is language


def test_figures_and_times_are_written_as_the_language_does() -> None:
    assert write_part(1234.5, ",.1f", Language.EN) == "1,234.5"
    assert write_part(-1234.5, ",.1f", Language.NB) == "\N{MINUS SIGN}1\N{NO-BREAK SPACE}234,5"
    at = datetime(2026, 1, 14, 17, 40, tzinfo=UTC)
    assert write_part(at, "s", Language.EN) == "17:40"
    assert write_part(at, "s", Language.NB) == "kl.\N{NO-BREAK SPACE}17.40"


def test_a_text_is_english_for_programs_and_the_reader_s_for_people() -> None:
    text = Said("%(feeder)s is full on L%(line)s", feeder="Intake", line=2)
    assert text == "Intake is full on L2"
    assert translate(text, Language.NB) == "Intake er full på L2"
    whole = Said("%(text)s until %(time)s", text=text, time=datetime(2026, 1, 14, 7, 5, tzinfo=UTC))
    assert whole == "Intake is full on L2 until 07:05"
    assert translate(whole, Language.NB) == "Intake er full på L2 til kl.\N{NO-BREAK SPACE}07.05"


def test_texts_in_a_row_are_each_translated() -> None:
    row = joined([Said("not heard"), "G-01", Said("%(kw).1f kW", kw=2.5)])
    assert row == "not heard, G-01, 2.5 kW"
    assert translate(row, Language.NB) == "ikke hørt, G-01, 2,5 kW"
    assert joined([Said("off")], ": ") == "off"
    assert translate(joined([Said("off")]), Language.NB) == "av"


@pytest.fixture
def norwegian() -> Iterator[None]:
    """Somebody who reads Norwegian."""
    read_by(Reader(language=Language.NB))
    yield
    read_by(Reader())


@pytest.mark.usefixtures("norwegian")
def test_a_number_of_things_takes_its_form() -> None:
    assert say_count("%(n)s new message", "%(n)s new messages", 1) == "1 ny melding"
    assert say_count("%(n)s new message", "%(n)s new messages", 3) == "3 nye meldinger"
    assert say("Held of 80 %%") == "Innenfor 80 %"


def test_a_text_that_was_written_down_is_known_again() -> None:
    text = "Vehicles may draw 12 A more again"
    assert retold(text, Language.NB) == "Bilene kan trekke 12 A mer igjen"
    nested = "Refuses its standing limit: it does not say why"
    assert retold(nested, Language.NB) == "Avviser reservegrensen: den sier ikke hvorfor"
    assert retold("G-01 says hello", Language.NB) == "G-01 says hello"
    assert retold(text, Language.EN) == text


def test_nobody_in_particular_is_told_in_english() -> None:
    assert say_count("%(n)s new message", "%(n)s new messages", 3) == "3 new messages"
    assert spoken(Said("The operator no longer limits %(feeder)s", feeder="Intake")) == (
        "The operator no longer limits Intake"
    )


def test_a_page_in_another_language_keeps_what_is_asked_of_it() -> None:
    reader = Reader(path="/sites/yard/transactions", query="state=ended&language=en")
    assert reader.here_in(Language.NB) == "/sites/yard/transactions?state=ended&language=nb"


def test_what_was_expected_is_told_at_once_and_not_known_again() -> None:
    """Others say such things as well, and half of a text would be left in English."""
    assert retold("expected one of the ports, got 'none'", Language.NB) == (
        "expected one of the ports, got 'none'"
    )


def test_a_program_is_told_what_went_wrong_in_the_language_of_whoever_is_behind_it() -> None:
    fault = Said("no user is called %(name)s", name="'ola'")
    read_by(Reader(is_chosen=True, own=Reader()))
    assert explained(fault) == "no user is called 'ola'"
    read_by_user(Language.NB)
    assert (language_now(), explained(fault)) == (Language.EN, "ingen bruker heter 'ola'")
    chosen = Reader(language=Language.EN, is_chosen=True)
    read_by(Reader(is_chosen=True, own=chosen))
    read_by_user(Language.NB)
    assert explained(fault) == "no user is called 'ola'"
    assert explained("said by others") == "said by others"
