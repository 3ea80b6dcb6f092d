"""Finding what is wanted of the history: in files, and in what the database holds still."""

from csms.history.engine import between
from csms.history.files import overlapping
from csms.history.intake import load_readings
from csms.history.keeping import NO_ZONE
from csms.history.search import Known, Search
from csms.history.site_steps import SiteSteps
from csms.history.subjects import Resolution, time_column


def find(search: Search, known: Known, resolution: Resolution) -> None:
    """Make the engine's view `found`: all that is wanted, in no order."""
    subject, wanted = search.subject, search.wanted
    _load_recent(search, known)
    if resolution is Resolution.RAW:
        files = overlapping(known.files, resolution, wanted.begins_at, wanted.ends_at)
        query = f"{search.select(resolution, files)} UNION ALL BY NAME FROM recent"
    else:
        query = _find_steps(search, known, resolution)
    columns = ", ".join(subject.columns(resolution))
    then = between(time_column(resolution), wanted.begins_at, wanted.ends_at)
    search.engine.execute(f"CREATE TEMP VIEW found AS SELECT {columns} FROM ({query}) WHERE {then}")


def _load_recent(search: Search, known: Known) -> None:
    """Make the table `recent`, of readings that are in the database and in no file."""
    engine, subject = search.engine, search.subject
    load_readings(engine, subject, known.rows, "looked_up")
    bounds = "SELECT min(measured_at), max(measured_at) + INTERVAL 1 MICROSECOND FROM looked_up"
    [(first_at, ends_at)] = engine.execute(bounds).fetchall()
    held = overlapping(known.files, Resolution.RAW, first_at, ends_at) if known.rows else []
    engine.execute(
        "CREATE TEMP TABLE recent AS FROM looked_up ANTI JOIN "
        f"({search.select(Resolution.RAW, held)} AND {between('measured_at', first_at, ends_at)}) "
        f"AS held ON {subject.same_reading('looked_up', 'held')}"
    )


def _find_steps(search: Search, known: Known, resolution: Resolution) -> str:
    """Roll up what has to be, into the table `live`; return the query for all steps."""
    columns = search.subject.columns(resolution)
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    search.engine.execute(f"CREATE TEMP TABLE live ({declared})")
    stored = [
        SiteSteps(
            search=search,
            site_id=site_id,
            zone=known.zones.get(site_id, NO_ZONE),
            files=[file for file in known.files if file.site_id == site_id],
            stale=[day for stale_id, day in known.stale if stale_id == site_id],
        ).find(resolution)
        for site_id in _site_ids(search, known)
    ]
    return " UNION ALL BY NAME ".join(("FROM live", *stored))


def _site_ids(search: Search, known: Known) -> list[str]:
    recent = search.engine.execute("SELECT DISTINCT site_id FROM recent").fetchall()
    return sorted({site_id for (site_id,) in recent} | {file.site_id for file in known.files})
