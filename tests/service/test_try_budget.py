from csms.service import try_budget
from csms.service.try_budget import TryBudget
from tests.service.rig import NOON, after


def test_bucket_holds_as_many_tries_as_come_back_in_a_minute() -> None:
    budget = TryBudget(a_minute=6)
    for _ in range(6):
        assert budget.has_left("A", NOON)
        budget.take("A", NOON)
    assert not budget.has_left("A", NOON)
    assert budget.has_left("B", NOON)


def test_tries_come_back_one_by_one_and_never_more_than_fit() -> None:
    budget = TryBudget(a_minute=6)
    for _ in range(9):
        budget.take("A", NOON)
    assert not budget.has_left("A", after(9 / 60))
    assert budget.has_left("A", after(10 / 60))
    late = after(60)
    for _ in range(6):
        assert budget.has_left("A", late)
        budget.take("A", late)
    assert not budget.has_left("A", late)


def test_no_more_addresses_are_remembered_than_memory_is_meant_for() -> None:
    budget = TryBudget(a_minute=1)
    for number in range(try_budget._MOST_KEPT + 1):
        budget.take(str(number), NOON)
    assert budget.has_left("0", NOON)
    assert not budget.has_left("1", NOON)
