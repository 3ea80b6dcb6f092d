"""All that there is for users and their keys, as one part of the system."""

from csms.clock import Clock
from csms.service.access_stores import AccessReads, AuditReads
from csms.service.accounts import Accounts, Known
from csms.service.api_keys import ApiKeys
from csms.service.audit_log import AuditLog
from csms.service.grid_parties import GridParties
from csms.service.logins import Logins
from csms.service.unit_of_work import OpenUnitOfWork
from csms.service.user_passwords import UserPasswords


class AccessSide:
    """Knows who somebody is, lets admins say what each may do, and writes down what is done.

    Args:
        reads: Looks users up.
        audits: Looks up what was written down.
        open_uow: Opens units of work.
        clock: The time.
        known: What users can be given.
        parties: Grid companies.

    Attributes:
        accounts: Adds and changes users.
        logins: Finds out who somebody is.
        keys: Makes keys for programs.
        log: Writes down.
    """

    def __init__(
        self,
        reads: AccessReads,
        audits: AuditReads,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        known: Known,
        parties: GridParties,
    ) -> None:
        self.reads = reads
        self.audits = audits
        passwords = UserPasswords()
        self.accounts = Accounts(open_uow, clock, passwords, known)
        self.logins = Logins(reads, open_uow, clock, passwords, self.accounts, parties)
        self.keys = ApiKeys(reads, open_uow, clock)
        self.log = AuditLog(open_uow, clock)
