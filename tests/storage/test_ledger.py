"""The transactions that run, in memory."""

from csms.domain.report_numbers import ReportNumbers
from csms.domain.transaction import Transaction
from csms.storage.ledger import Ledger, OpenTransaction
from tests.service.rig import NOON
from tests.storage.rig import G1


def running(number: int, name: str, energy_wh: float = 0.0) -> OpenTransaction:
    transaction = Transaction(
        number=number,
        station_id="G-01",
        transaction=name,
        evse=G1,
        id_token=None,
        started_at=NOON,
        meter_start_wh=None,
        energy_wh=energy_wh,
    )
    return OpenTransaction(transaction, ReportNumbers())


def test_transaction_is_found_by_either_name() -> None:
    ledger = Ledger()
    entry = running(7, "tx-7")
    ledger.take({7: entry})
    assert ledger.number_of("G-01", "tx-7") == 7
    assert ledger.find(7) is entry
    assert ledger.number_of("G-02", "tx-7") is None
    assert ledger.find(8) is None


def test_newest_state_of_a_transaction_counts() -> None:
    ledger = Ledger()
    ledger.take({7: running(7, "tx-7")})
    newer = running(7, "tx-7", 5.0)
    ledger.take({7: newer})
    assert ledger.find(7) is newer
    assert len(ledger) == 1


def test_transaction_that_is_to_be_looked_up_is_held_no_more() -> None:
    ledger = Ledger()
    ledger.take({7: running(7, "tx-7"), 8: running(8, "tx-8")})
    ledger.take({7: None, 9: None})
    assert ledger.find(7) is None
    assert ledger.number_of("G-01", "tx-7") is None
    assert len(ledger) == 1


def test_nothing_is_held_after_a_commit_that_failed() -> None:
    ledger = Ledger()
    ledger.take({7: running(7, "tx-7")})
    ledger.metered.add("G-01")
    ledger.forget()
    assert (len(ledger), ledger.number_of("G-01", "tx-7"), ledger.metered) == (0, None, set())
