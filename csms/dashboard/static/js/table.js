/** Tables as the API's CSV files hold them. */

const FIELD = /("(?:[^"]|"")*"|[^,]*)(,|$)/g;
const KILO = 1000;
const HOUR_S = 3600;

/** Rows of a CSV file by the names of its columns. No field holds the end of a line. */
export function readTable(text) {
  const [names, ...rows] = text.split(/\r?\n/).filter((line) => line !== "").map(fields);
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])));
}

/**
 * Columns `[t, kW]` of steps of a length, which are read from their mean power or their energy.
 *
 * A step that is missing is a hole, and the last one has an end.
 */
export function powers(rows, stepS) {
  const t = [];
  const kilowatts = [];
  for (const row of rows) {
    const at = Date.parse(row.starts_at.replace(" ", "T").replace(/\+00$/, "Z")) / 1000;
    const before = t[t.length - 1];
    if (before !== undefined && at - before > stepS) push(before + stepS, null);
    push(at, power(row, stepS));
  }
  if (t.length > 0) push(t[t.length - 1] + stepS, kilowatts[kilowatts.length - 1]);
  return [t, kilowatts];

  function push(at, value) {
    t.push(at);
    kilowatts.push(value);
  }
}

function power(row, stepS) {
  if (row.power_mean_w !== "") return Number(row.power_mean_w) / KILO;
  if (row.energy_wh !== "") return (Number(row.energy_wh) * HOUR_S) / stepS / KILO;
  return null;
}

function fields(line) {
  const found = [];
  for (const [, field, end] of line.matchAll(FIELD)) {
    found.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end === "") break;
  }
  return found;
}
