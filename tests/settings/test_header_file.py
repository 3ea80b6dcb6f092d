from pathlib import Path

import pytest

from csms.domain.errors import InvalidInputError
from csms.settings.header_file import parse_headers, read_headers


def test_headers_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "headers"
    file.write_text("Authorization: Bearer a:b c\n\nX-Key:1\r\n")
    assert read_headers(file) == {"Authorization": "Bearer a:b c", "X-Key": "1"}


@pytest.mark.parametrize("text", ["s3cret", "A: 1\ns3cret", "Some name: s3cret", ": s3cret"])
def test_what_is_no_header_is_named_by_its_line_and_not_shown(text: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_headers(text, "the file")
    number = len(text.splitlines())
    assert str(caught.value) == f"the file: line {number}: expected a header, `Name: value`"


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"headers_file: .*missing cannot be read"):
        read_headers(tmp_path / "missing")
