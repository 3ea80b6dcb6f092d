"""The operator's list of id tokens."""

from csms.domain.authorization import IdToken, TokenRecord
from csms.domain.errors import UnknownTokenError
from csms.service.unit_of_work import OpenUnitOfWork


class Tokens:
    """The use cases about the list.

    Args:
        open_uow: Opens units of work.
    """

    def __init__(self, open_uow: OpenUnitOfWork) -> None:
        self._open_uow = open_uow

    async def put(self, *records: TokenRecord) -> None:
        """List tokens, or change what is said of them: all or none. What charges goes on."""
        async with self._open_uow() as uow:
            await uow.tokens.put(*records)
            await uow.commit()

    async def take_off(self, token: IdToken) -> None:
        """Take a token off the list.

        Raises:
            UnknownTokenError: It is not on it.
        """
        async with self._open_uow() as uow:
            if not await uow.tokens.take_off(token):
                raise UnknownTokenError(token.value)
            await uow.commit()
