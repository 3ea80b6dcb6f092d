import pytest

from csms.domain.contracts import is_same_contract


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("DE8AAA1B2C3D4E5", "DE8AAA1B2C3D4E5", True),
        ("DE-8AA-A1B2C3D4E-5", "de8aaa1b2c3d4e5", True),
        ("DE8AAA1B2C3D4E", "DE8AAA1B2C3D4E5", True),
        ("DE8AAA1B2C3D4E5", "DE8AAA1B2C3D4E6", False),
        ("DE8AAA1B2C3D4", "DE8AAA1B2C3D4E5", False),
        ("DE8AAA1B2C3D4F", "DE8AAA1B2C3D4E5", False),
        ("", "DE8AAA1B2C3D4E5", False),
    ],
)
def test_contract_is_known_by_its_emaid_however_it_is_spelled(
    one: str, other: str, is_same: bool
) -> None:
    assert is_same_contract(one, other) is is_same
    assert is_same_contract(other, one) is is_same
