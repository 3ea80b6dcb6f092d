import json

import pytest

from benchmarks.load.frames import client_frame
from benchmarks.load.template import Template

TEMPLATE = Template('[2,"<id:4>",{"seqNo":"<#seq_no:6>","at":"<at:3>","again":"<at:3>"}]')


def test_fields_are_patched_wherever_they_stand() -> None:
    frame = TEMPLATE.write({"id": b"0007", "seq_no": b"123456", "at": b"now"})

    assert frame == client_frame(b'[2,"0007",{"seqNo":123456,"at":"now","again":"now"}]')


def test_a_narrower_text_is_filled_up_with_zeros_and_a_number_with_blanks() -> None:
    frame = TEMPLATE.write({"id": b"7", "seq_no": b"12", "at": b"now"})

    assert frame == client_frame(b'[2,"0007",{"seqNo":    12,"at":"now","again":"now"}]')
    assert json.loads(frame[6:]) == [2, "0007", {"seqNo": 12, "at": "now", "again": "now"}]


def test_nothing_is_left_of_the_value_before() -> None:
    TEMPLATE.write({"id": b"9999", "seq_no": b"999999", "at": b"old"})

    frame = TEMPLATE.write({"id": b"1", "seq_no": b"1", "at": b"new"})

    assert b"9" not in frame[6:]
    assert b"old" not in frame


def test_a_value_that_is_too_wide_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 6 bytes as seq_no"):
        TEMPLATE.write({"id": b"1", "seq_no": b"1234567", "at": b"now"})


def test_it_says_which_fields_it_has_and_how_long_it_is() -> None:
    assert TEMPLATE.fields == {"id", "seq_no", "at"}
    assert TEMPLATE.payload_bytes == len(b'[2,"0007",{"seqNo":123456,"at":"now","again":"now"}]')
