/** Instants of a site's clock, wherever the reader is. */

const DAY_MS = 24 * 3600_000;
const FIELDS = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };

/** The next instant at which the clock of a zone shows a time of day, such as 07:10. */
export function nextAt(time, zone, now) {
  const [hours, minutes] = time.split(":").map(Number);
  const wall = new Date(now.getTime() + aheadMs(zone, now));
  const today = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate(), hours, minutes);
  const [soon, later] = [today, today + DAY_MS].map((shown) => instant(shown, zone));
  return soon > now ? soon : later;
}

/** The instant of a field for a day and a time, such as 2027-01-01T00:00, by the clock of a zone. */
export function ofField(text, zone) {
  return instant(Date.parse(`${text}Z`), zone);
}

/** The instant at which a zone's clock shows what `shown` is in UTC. */
function instant(shown, zone) {
  const about = new Date(shown - aheadMs(zone, new Date(shown)));
  return new Date(shown - aheadMs(zone, about));
}

/** How far a zone's clock is ahead of UTC at an instant. */
function aheadMs(zone, at) {
  const parts = new Intl.DateTimeFormat("en-GB", { ...FIELDS, hourCycle: "h23", timeZone: zone }).formatToParts(at);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at.getTime() / 1000) * 1000;
}
