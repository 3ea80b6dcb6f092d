import pytest
from websockets.frames import Frame, Opcode

from csms.gateway.messages import Fragments, Message, read_whole


def joined(*frames: Frame) -> Message:
    fragments = Fragments()
    for one in frames:
        fragments.add(one)
    return fragments.join()


def test_text_frame_is_text_and_a_binary_one_bytes() -> None:
    assert read_whole(Frame(Opcode.TEXT, "Ålesund".encode())) == "Ålesund"
    assert read_whole(Frame(Opcode.BINARY, b"\xff")) == b"\xff"
    assert read_whole(Frame(Opcode.TEXT, b"")) == ""


def test_frames_are_joined_to_what_the_first_is() -> None:
    more = (Frame(Opcode.CONT, b"b", fin=False), Frame(Opcode.CONT, b"c"))
    assert joined(Frame(Opcode.TEXT, b"a", fin=False), *more) == "abc"
    assert joined(Frame(Opcode.BINARY, b"a", fin=False), *more) == b"abc"


def test_character_may_be_cut_in_two() -> None:
    # RFC 6455 §5.6: a frame may end within a character, a message must not
    first, second = "Å".encode()[:1], "Å".encode()[1:]
    assert joined(Frame(Opcode.TEXT, first, fin=False), Frame(Opcode.CONT, second)) == "Å"


@pytest.mark.parametrize("payload", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"ab\x80"])
def test_text_that_is_not_utf_8_is_refused(payload: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        read_whole(Frame(Opcode.TEXT, payload))
    with pytest.raises(UnicodeDecodeError):
        joined(Frame(Opcode.TEXT, b"", fin=False), Frame(Opcode.CONT, payload))
