import pytest

from csms.ocpp.frames import ErrorCode, FrameError
from tests.ocpp.golden import V16


def test_1_6_goes_by_its_names() -> None:
    assert (V16.name, V16.subprotocol) == ("1.6", "ocpp1.6")


@pytest.mark.parametrize(
    ("code", "spelled"),
    [
        (ErrorCode.FORMAT_VIOLATION, "FormationViolation"),
        (ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "OccurenceConstraintViolation"),
        (ErrorCode.RPC_FRAMEWORK_ERROR, "FormationViolation"),
        (ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, "PropertyConstraintViolation"),
        (ErrorCode.TYPE_CONSTRAINT_VIOLATION, "TypeConstraintViolation"),
        (ErrorCode.NOT_IMPLEMENTED, "NotImplemented"),
        (ErrorCode.NOT_SUPPORTED, "NotSupported"),
        (ErrorCode.INTERNAL_ERROR, "InternalError"),
    ],
)
def test_error_codes_are_spelled_as_1_6_does(code: ErrorCode, spelled: str) -> None:
    answer = V16.answer_fault(FrameError(code, "7", "why"))
    assert answer is not None
    assert (answer.message_id, answer.code, answer.description) == ("7", spelled, "why")


def test_frame_of_unknown_type_is_ignored() -> None:
    # OCPP-J 1.6 §4.1.3
    fault = FrameError(ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, "7", "why")
    assert V16.answer_fault(fault) is None
