/** The site's view as the stream tells it: a snapshot, then changes. */

const GROUPS = ["feeders", "evses"];

/** What a message touched: fields of the site, and keys of feeders and EVSEs. */
class Touched {
  constructor() {
    this.site = new Set();
    this.feeders = new Set();
    this.evses = new Set();
    this.removed = [];
    this.isAll = false;
  }

  /** Whether one of these fields of the site is new. */
  has(...fields) {
    return fields.some((field) => this.site.has(field));
  }
}

/** Everything in a view is new. */
export function all(view) {
  const touched = new Touched();
  touched.isAll = true;
  touched.site = new Set(Object.keys(view));
  for (const group of GROUPS) touched[group] = new Set(Object.keys(view[group]));
  return touched;
}

/** Put a delta into a view; return what it touched. */
export function apply(view, delta) {
  const touched = new Touched();
  for (const [field, value] of Object.entries(delta.site ?? {})) {
    view[field] = value;
    touched.site.add(field);
  }
  if (delta.guard) {
    view.guard = { ...view.guard, ...delta.guard };
    touched.site.add("guard");
  }
  for (const group of GROUPS) {
    for (const [key, fields] of Object.entries(delta[group] ?? {})) {
      view[group][key] = { ...view[group][key], ...fields };
      touched[group].add(key);
    }
    for (const key of delta.removed?.[group] ?? []) delete view[group][key];
  }
  touched.removed = delta.removed?.evses ?? [];
  return touched;
}
