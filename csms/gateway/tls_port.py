"""The port for encrypted connections. Its certificates can be changed while it is open."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from csms.domain.errors import CertificateFileError
from csms.domain.security_event import OwnEvent
from csms.gateway.reception import Reception
from csms.gateway.tls import TlsSettings, load_tls, words_on_end

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 30.0
_HANDSHAKE_S: Final = 15.0
"""A station's small processor needs seconds for it."""
_SHUTDOWN_S: Final = 5.0
_REMIND_EVERY: Final = timedelta(days=1)


class TlsPort:
    """Listens for encrypted connections.

    Args:
        settings: Where to listen, and with which certificates.
        reception: Makes the server's ends, and is told of handshakes that came to nothing.
        backlog: How many connections may wait to be accepted.

    Raises:
        CertificateFileError: The certificates cannot be used.
    """

    def __init__(
        self,
        settings: TlsSettings,
        reception: Reception,
        backlog: int,
    ) -> None:
        self._settings = settings
        self._reception = reception
        self._backlog = backlog
        self._stamp = self._look()
        self._context = load_tls(settings, reception.notice)
        self._reminded_at: datetime | None = None
        self._server: asyncio.Server | None = None
        self._at: socket.socket | None = None

    @asynccontextmanager
    async def listening(self, at: socket.socket | None = None) -> AsyncIterator[None]:
        """Accept connections until the context is left.

        Args:
            at: A bound socket to listen at instead of the settings' host and port.
        """
        place = (self._settings.host, self._settings.port)
        self._at = at or socket.create_server(place, backlog=self._backlog)
        looking = asyncio.create_task(self._look_for_changes())
        try:
            self._server = await self._serve(self._context)
            self.remind(datetime.now(UTC))
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            if self._server is not None:
                self._server.close()
            if at is None:
                self._at.close()

    async def reload(self) -> None:
        """Read all certificates again. If a file is wrong, everything stays as it was.

        Connections stay, but those that were made by a certificate that is revoked now.
        """
        self._stamp = self._look()
        try:
            context = await asyncio.to_thread(load_tls, self._settings, self._reception.notice)
        except CertificateFileError as error:
            logger.error("the certificates stay as they were: %s", error)  # noqa: TRY400 - said all
            return
        self._context, self._reminded_at = context, None
        old, self._server = self._server, await self._serve(context)
        if old is not None:
            old.close()
        if context.revocations is not None:
            self._reception.revoked(context.revocations)
        logger.info("certificates are loaded anew")

    def remind(self, now: datetime) -> None:
        """Have it written down once a day that certificates of this server end soon."""
        if self._reminded_at is not None and now - self._reminded_at < _REMIND_EVERY:
            return
        self._reminded_at = now
        words = words_on_end(self._context, now)
        if words:
            self._reception.notice(OwnEvent.CERTIFICATE_ENDS, "; ".join(words))

    async def _serve(self, context: ssl.SSLContext) -> asyncio.Server:
        assert self._at is not None  # noqa: S101 - it is listening
        return await asyncio.get_running_loop().create_server(
            self._reception.create_socket,
            sock=self._at.dup(),  # the next server takes its place without losing who waits
            backlog=self._backlog,
            ssl=context,
            ssl_handshake_timeout=_HANDSHAKE_S,
            ssl_shutdown_timeout=_SHUTDOWN_S,
        )

    async def _look_for_changes(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if await asyncio.to_thread(self._look) != self._stamp:
                await self.reload()
            self.remind(datetime.now(UTC))

    def _look(self) -> tuple[tuple[int, int] | None, ...]:
        """What tells that files have been changed."""
        return tuple(_stamp_of(path) for path in self._settings.files)


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
