import pytest

from csms.ocpp.frames import ErrorCode, FrameError
from tests.ocpp.golden import V201


def test_2_0_1_goes_by_its_names() -> None:
    assert (V201.name, V201.subprotocol) == ("2.0.1", "ocpp2.0.1")


@pytest.mark.parametrize("code", ErrorCode)
def test_error_codes_are_spelled_as_2_0_1_does(code: ErrorCode) -> None:
    answer = V201.answer_fault(FrameError(code, "7", "why"))
    assert answer is not None
    assert (answer.message_id, answer.code, answer.description) == ("7", code.value, "why")


def test_frame_of_unknown_type_is_answered() -> None:
    # OCPP 2.0.1 part 4 §4.4
    answer = V201.answer_fault(FrameError(ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, "7", "why"))
    assert answer is not None
    assert answer.code == "MessageTypeNotSupported"
