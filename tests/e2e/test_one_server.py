"""One server at a time serves on a database, and its place is free as soon as it is dead."""

import shutil
from dataclasses import replace
from pathlib import Path

from tests.e2e.rig import PATIENCE_S, Server, free_port, run, server_in


def beside(server: Server) -> Server:
    """The same settings but for the ports: the same database."""
    folder = server.folder / "beside"
    shutil.copytree(server.folder, folder, ignore=shutil.ignore_patterns("chargeflex.db*"))
    other = replace(server, folder=folder, http_port=free_port(), ocpp_port=free_port())
    settings = folder / "chargeflex.yaml"
    database = f"database: {{url: 'sqlite:///{server.folder}/chargeflex.db'}}\n"
    settings.write_text(settings.read_text(encoding="utf-8") + database, encoding="utf-8")
    return other


async def test_second_server_is_refused_until_the_first_is_killed(tmp_path: Path) -> None:
    with server_in(tmp_path) as first:
        await first.start()
        second = beside(first)
        assert first.process is not None
        log = tmp_path / "refused.log"
        refused = run("serve", "--config", second.folder / "chargeflex.yaml", log=log)
        assert refused.wait(PATIENCE_S) == 2
        told = log.read_text(encoding="utf-8").splitlines()[0]
        assert told.startswith(f"cannot use the database sqlite:///{tmp_path}/chargeflex.db: ")
        assert f"process {first.process.pid} on " in told
        assert told.endswith(" serves on it, and only one at a time may")
        upgrade = ("db", "upgrade", "--config", second.folder / "chargeflex.yaml")
        assert run(*upgrade, log=tmp_path / "upgrade.log").wait(PATIENCE_S) == 0
        first.kill()
        try:
            await second.start()
        finally:
            second.kill()
