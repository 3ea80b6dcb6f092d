import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csms.ocpp.frames import (
    Call,
    CallError,
    CallResult,
    ErrorCode,
    Frame,
    FrameError,
    UnreadCall,
    format_frame,
    parse_envelope,
    parse_frame,
)

RPC = ErrorCode.RPC_FRAMEWORK_ERROR
FORMAT = ErrorCode.FORMAT_VIOLATION
MESSAGE_TYPE = ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED
MIB = 1024 * 1024


def fault_of(raw: str | bytes) -> FrameError:
    with pytest.raises(FrameError) as caught:
        parse_frame(raw)
    assert len(str(caught.value)) < 255  # OCPP 2.0.1 part 4 §4.2.3: the longest description
    assert is_alike_by_its_envelope(raw)
    return caught.value


def opened(raw: str | bytes) -> Frame:
    """A frame of which the envelope was read first and then, if it is a call, the payload."""
    frame = parse_envelope(raw)
    if not isinstance(frame, UnreadCall):
        return frame
    payload = json.loads(bytes(frame.payload))
    return Call(message_id=frame.message_id, action=frame.action, payload=payload)


@pytest.mark.parametrize(
    ("raw", "frame"),
    [
        (
            '[2,"19223201","BootNotification",{"chargePointVendor":"V"}]',
            Call(
                message_id="19223201",
                action="BootNotification",
                payload={"chargePointVendor": "V"},
            ),
        ),
        (
            ' [ 2 ,\n"7", "Heartbeat",\t{ } ] ',
            Call(message_id="7", action="Heartbeat", payload={}),
        ),
        ('[2,"7","Heartbeat",null]', Call(message_id="7", action="Heartbeat", payload={})),
        ('[2,"-1","Heartbeat",{}]', Call(message_id="-1", action="Heartbeat", payload={})),
        (
            '[2,"0b9f7a3e-8d0e-4b0c-9a3e-1f2d3c4b5a69","Heartbeat",{}]',
            Call(message_id="0b9f7a3e-8d0e-4b0c-9a3e-1f2d3c4b5a69", action="Heartbeat", payload={}),
        ),
        (
            '[2,"Ålesund\\u00e9","DataTransfer",{"vendorId":"Blåbær 🔌"}]',
            Call(message_id="Ålesundé", action="DataTransfer", payload={"vendorId": "Blåbær 🔌"}),
        ),
        ('[3,"7",{"status":"Accepted"}]', CallResult("7", {"status": "Accepted"})),
        ('[3,"7",null]', CallResult("7", {})),
        ('[3,"",{}]', CallResult("", {})),
        (
            '[4,"7","NotSupported","not here",{"cause":"x"}]',
            CallError(message_id="7", code="NotSupported", description="not here"),
        ),
    ],
)
def test_frame_is_read(raw: str, frame: Frame) -> None:
    assert parse_frame(raw) == frame
    assert opened(raw) == frame


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"GB-001\u0000\u0000", "GB-001"),
        (r"\\\u0000", "\\"),
        (r"\\u0000", r"\u0000"),  # a backslash, and then plain letters
        (r"\\\\u0000\u0000", r"\\u0000"),
    ],
)
def test_nul_that_pads_a_text_is_left_out(written: str, read: str) -> None:
    raw = f'[2,"1","DataTransfer",{{"vendorId":"{written}"}}]'
    frame = Call(message_id="1", action="DataTransfer", payload={"vendorId": read})
    assert parse_frame(raw) == opened(raw) == frame


def test_payload_of_a_call_may_stay_unread() -> None:
    frame = parse_envelope('[2,"7","Heartbeat", {"a" : 1e400} ]')
    assert isinstance(frame, UnreadCall)
    assert (frame.message_id, frame.action) == ("7", "Heartbeat")
    assert bytes(frame.payload).strip() == b'{"a" : 1e400}'  # which is no number


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "hello",
        "null",
        "42",
        '"[2]"',
        "{}",
        '{"messageTypeId":2}',
        "[]",
        "[2",
        "['2','7','Heartbeat',{}]",
        '\ufeff[2,"7","Heartbeat",{}]',
        b"",
        b'[2,"7","Heartbeat",{}]',
        b"\x00\xff",
    ],
)
def test_what_is_no_array_at_all_is_answered_without_an_id(raw: str | bytes) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (RPC, "-1")


@pytest.mark.parametrize(
    ("raw", "message_id"),
    [
        ("[2]", "-1"),
        ('[2,"7"]', "7"),
        ('[2,"7","Heartbeat"]', "7"),
        ('[2,"7","Heartbeat",{},{}]', "7"),
        ('[2,7,"Heartbeat"]', "-1"),
    ],
)
def test_call_has_four_elements(raw: str, message_id: str) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (RPC, message_id)
    assert str(fault).startswith("expected a CALL of 4 elements, got ")


@pytest.mark.parametrize(
    ("message_id", "shown"),
    [
        ('""', "''"),
        ("7", "7"),
        ("7.5", "7.5"),
        ("null", "None"),
        ("true", "True"),
        ('["7"]', "a JSON array"),
        ('{"id":"7"}', "a JSON object"),
        (f'"{"x" * 37}"', f"'{'x' * 37}'"),
        (f'"{"x" * 99}"', f"'{'x' * 36}..."),
    ],
)
def test_message_id_is_text_of_1_to_36_characters(message_id: str, shown: str) -> None:
    fault = fault_of(f'[2,{message_id},"Heartbeat",{{}}]')
    assert (fault.code, fault.message_id) == (RPC, "-1")
    assert str(fault) == f"expected a message id of 1 to 36 characters, got {shown}"


@pytest.mark.parametrize("action", ["7", "null", "true", '["Heartbeat"]', '{"a":"Heartbeat"}'])
def test_action_is_text(action: str) -> None:
    fault = fault_of(f'[2,"7",{action},{{}}]')
    assert (fault.code, fault.message_id) == (RPC, "7")
    assert str(fault).startswith("expected the action's name, got ")


@pytest.mark.parametrize("payload", ["[]", '[{"status":"Accepted"}]', '"{}"', "7", "0", "false"])
def test_payload_of_a_call_is_an_object(payload: str) -> None:
    fault = fault_of(f'[2,"7","Heartbeat",{payload}]')
    assert (fault.code, fault.message_id) == (FORMAT, "7")
    assert str(fault).startswith("expected a JSON object as payload of 'Heartbeat', got ")


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("0", "0"),
        ("1", "1"),
        ("5", "5"),  # 2.1 has CALLRESULTERROR and SEND
        ("6", "6"),
        ("-2", "-2"),
        ("2.0", "2.0"),
        ("3.0", "3.0"),
        ("2e0", "2.0"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
        ('"2"', "'2'"),
        ("true", "True"),
        ("false", "False"),
        ("null", "None"),
        ("[2]", "a JSON array"),
        ('{"2":2}', "a JSON object"),
    ],
)
def test_message_type_is_2_3_or_4(kind: str, shown: str) -> None:
    fault = fault_of(f'[{kind},"7","Heartbeat",{{}}]')
    assert (fault.code, fault.message_id) == (MESSAGE_TYPE, "7")
    assert str(fault) == f"expected message type 2, 3 or 4, got {shown}"


@pytest.mark.parametrize("raw", ["[5]", "[true]", "[5,7]", '[5,""]', '["2"]'])
def test_frame_of_unknown_type_without_an_id_is_answered_without_one(raw: str) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (MESSAGE_TYPE, "-1")


@pytest.mark.parametrize(
    "raw",
    [
        '[2,"7","Heartbeat",{}',
        '[2,"7","BootNotification",{"chargePointVendor":"V',
        ' [ 2 , "7" ,',
        '[2,"7","Heartbeat",{}]]',
        '[2,"7","Heartbeat",{"a":1,}]',
        '[2,"7","Heartbeat",{"a":NaN}]',
        '[2,"7","Heartbeat",{"a":Infinity}]',
        "[2,\"7\",'Heartbeat',{}]",
        '[2,"7","Heartbeat",{"a":"\n"}]',
        '[2,"7","Heartbeat",{"a":"\\x"}]',
        '[2,"7","Heartbeat",{"a":"\\ud800"}]',
        '[2,"7","Heartbeat",{"a":"\ud800"}]',
    ],
)
def test_corrupt_call_is_answered_by_the_id_at_its_beginning(raw: str) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (FORMAT, "7")
    assert str(fault).startswith("not JSON: ")


@pytest.mark.parametrize(
    "raw",
    [
        '[2,"7',
        '[2,"","Heartbeat",{',
        f'[2,"{"x" * 37}","Heartbeat",{{',
        '[2,7,"Heartbeat",{',
        '[2,"\\u0037","Heartbeat",{',
        '[2.0,"7","Heartbeat",{',
        '[22,"7","Heartbeat",{',
        '[5,"7","Heartbeat",{',
    ],
)
def test_corrupt_frame_without_a_readable_id_is_answered_without_one(raw: str) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (RPC, "-1")


@pytest.mark.parametrize(
    "raw",
    [
        "[3]",
        '[3,"7"]',
        '[3,"7",{},{}]',
        "[3,7,{}]",
        '[3,"7",[]]',
        '[3,"7","Accepted"]',
        '[3,"7",{"status":"Acc',
        "[3,",
        "[4]",
        '[4,"7"]',
        '[4,7,"NotSupported","",{}]',
        ' [ 4 , "7","NotSupp',
    ],
)
def test_corrupt_answer_is_never_answered(raw: str) -> None:
    assert fault_of(raw).message_id is None


@pytest.mark.parametrize(
    ("raw", "code", "description"),
    [
        ('[4,"7","GenericError"]', "GenericError", ""),
        ('[4,"7","GenericError",""]', "GenericError", ""),
        ('[4,"7","GenericError","why"]', "GenericError", "why"),
        ('[4,"7","GenericError","why",null]', "GenericError", "why"),
        ('[4,"7","GenericError","why",{},"more"]', "GenericError", "why"),
        ('[4,"7","",""]', "", ""),
        ('[4,"7",500,null,{}]', "500", "None"),
        ('[4,"7",null,{"a":1}]', "None", "a JSON object"),
        ('[4,"7",["GenericError"],["why"]]', "a JSON array", "a JSON array"),
    ],
)
def test_carelessly_written_error_is_still_an_answer(raw: str, code: str, description: str) -> None:
    assert parse_frame(raw) == CallError(message_id="7", code=code, description=description)


@pytest.mark.parametrize(
    ("raw", "code", "message_id"),
    [
        ("x" * MIB, RPC, "-1"),
        (" " * MIB, RPC, "-1"),
        ("[" * MIB, RPC, "-1"),
        ("9" * MIB, RPC, "-1"),
        ('[2,"7","' + "x" * MIB, FORMAT, "7"),
        ('[2,"' + "7" * MIB, RPC, "-1"),
        ('[2,"7","Heartbeat",' + "[" * MIB, FORMAT, "7"),
        ('[2,"7","Heartbeat",[' + "1," * (MIB // 2) + "1]]", FORMAT, "7"),
        ("[2" + " " * MIB + ",7", RPC, "-1"),
        ("[5," + '"7",' * (MIB // 4) + "0]", MESSAGE_TYPE, "7"),
        ('[3,"7","' + "x" * MIB, FORMAT, None),
        (b"\x00" * MIB, RPC, "-1"),
    ],
    ids=range(12),
)
def test_a_mebibyte_of_garbage_is_a_fault_like_any_other(
    raw: str | bytes, code: ErrorCode, message_id: str | None
) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (code, message_id)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("raw", "code", "message_id"),
    [
        (nested(1020), MESSAGE_TYPE, "-1"),
        (f'[{nested(1000)},"7"]', MESSAGE_TYPE, "7"),
        (f"[2,{nested(1000)},1,1]", RPC, "-1"),
        (f'[2,"7",{nested(1000)},{{}}]', RPC, "7"),
        (f'[2,"7","Heartbeat",{nested(1000)}]', FORMAT, "7"),
        (f'[3,"7",{nested(1000)}]', FORMAT, None),
        (f'[2,"7","Heartbeat",{nested(100_000)}]', FORMAT, "7"),
        (nested(100_000), RPC, "-1"),
    ],
    ids=range(8),
)
def test_deep_nesting_is_a_fault_like_any_other(
    raw: str, code: ErrorCode, message_id: str | None
) -> None:
    fault = fault_of(raw)
    assert (fault.code, fault.message_id) == (code, message_id)


def test_deeply_nested_error_code_is_no_code() -> None:
    assert parse_frame(f'[4,"7",{nested(1000)},{nested(1000)}]') == CallError(
        message_id="7", code="a JSON array", description="a JSON array"
    )


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (
            Call(message_id="7", action="Reset", payload={"type": "Soft"}),
            '[2,"7","Reset",{"type":"Soft"}]',
        ),
        (CallResult("7", {}), '[3,"7",{}]'),
        (CallResult("7", {"limit": 16.1}), '[3,"7",{"limit":16.1}]'),
        (
            CallError(message_id="-1", code="FormationViolation", description="not «JSON»"),
            '[4,"-1","FormationViolation","not «JSON»",{}]',
        ),
    ],
)
def test_frame_is_written(frame: Frame, text: str) -> None:
    assert format_frame(frame) == text


def test_description_is_cut_to_255_characters() -> None:
    text = format_frame(CallError(message_id="7", code="GenericError", description="å" * 300))
    assert text == f'[4,"7","GenericError","{"å" * 255}",{{}}]'


json_scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text()
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
characters = st.characters(codec="utf-8", exclude_characters="\0")
texts = st.text(characters)
message_ids = st.text(characters, min_size=1, max_size=36)
payloads = st.dictionaries(texts, st.integers(-9, 9))


@given(message_ids, texts, payloads)
def test_what_is_written_is_read_again(
    message_id: str, words: str, payload: dict[str, Any]
) -> None:
    frames: list[Frame] = [
        Call(message_id=message_id, action=words, payload=payload),
        CallResult(message_id, payload),
        CallError(message_id=message_id, code=words[:40], description=words[:255]),
    ]
    assert [parse_frame(format_frame(frame)) for frame in frames] == frames
    assert [opened(format_frame(frame)) for frame in frames] == frames


Fault: TypeAlias = tuple[ErrorCode, str | None, str]


def fault_or_none(parse: Callable[[str | bytes], object], raw: str | bytes) -> Fault | None:
    try:
        parse(raw)
    except FrameError as fault:
        return fault.code, fault.message_id, str(fault)
    return None


def is_alike_by_its_envelope(raw: str | bytes) -> bool:
    """Whether both ways to parse find the same fault, or one that the unread payload hides."""
    fault = fault_or_none(parse_frame, raw)
    if fault_or_none(parse_envelope, raw) == fault:
        return True
    if fault is None:
        return False
    code, message_id, said = fault
    unread = parse_envelope(raw)
    is_hidden = code is FORMAT and said.startswith("not JSON: ")
    return is_hidden and isinstance(unread, UnreadCall) and unread.message_id == message_id


def is_frame_or_fault(raw: str | bytes) -> bool:
    fault = fault_or_none(parse_frame, raw)
    return fault is None or fault[1] is None or 0 < len(fault[1]) <= 36


@given(st.text() | st.binary())
def test_any_text_is_a_frame_or_a_fault(raw: str | bytes) -> None:
    assert is_frame_or_fault(raw)
    assert is_alike_by_its_envelope(raw)


@given(st.lists(json_values, max_size=6), st.sampled_from([2, 3, 4, 5, None]))
def test_any_array_is_a_frame_or_a_fault(array: list[Any], kind: int | None) -> None:
    raw = json.dumps(array if kind is None else [kind, *array])
    assert is_frame_or_fault(raw)
    assert is_alike_by_its_envelope(raw)
