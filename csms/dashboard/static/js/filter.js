/** Which connectors are shown, and in which order. */

import { language } from "./words.js";

const FAR = "9999";

const ORDERS = {
  state: (one, other, rank) => rank[one.state] - rank[other.state],
  power: (one, other) => (other.power_w ?? 0) - (one.power_w ?? 0),
  departure: (one, other) => departure(one).localeCompare(departure(other)),
};

const names = new Intl.Collator(language, { numeric: true });

/** What an operator looks for. Sets and text that are empty let everything through. */
export class Filter {
  states = new Set();
  feederId = null;
  text = "";
  sort = "name";
  #named = [];

  /** Whether everything is shown. */
  get isOpen() {
    return this.states.size === 0 && this.feederId === null && this.text === "";
  }

  /** Whether what is shown, or in which order, depends on figures that change all the time. */
  get isMoving() {
    return this.text !== "" || this.sort === "power" || this.sort === "departure";
  }

  /** Let everything through again. */
  clear() {
    this.states.clear();
    this.feederId = null;
    this.text = "";
  }

  /** Whether an EVSE is shown. */
  lets(view, evse) {
    if (this.states.size && !this.states.has(evse.state)) return false;
    if (this.feederId !== null && !isBelow(view, evse.feeder_id, this.feederId)) return false;
    return this.text === "" || searched(view, evse).includes(this.text.toLowerCase());
  }

  /** The keys of EVSEs in the order that they are shown in; `rank` is the order of states. */
  order(view, rank) {
    const named = this.#byName(Object.keys(view.evses));
    if (this.sort === "name") return named;
    const compare = ORDERS[this.sort];
    return named.toSorted((one, other) => compare(view.evses[one], view.evses[other], rank));
  }

  /** Comparing names costs most of all, and they seldom change. */
  #byName(keys) {
    const known = new Set(this.#named);
    const isSame = keys.length === known.size && keys.every((key) => known.has(key));
    if (!isSame) this.#named = keys.sort(names.compare);
    return this.#named;
  }
}

/** The feeders from the root down to this one. */
export function pathTo(view, feederId) {
  const path = [];
  for (let key = feederId; key !== null && key in view.feeders; key = view.feeders[key].parent_id) path.unshift(key);
  return path;
}

function isBelow(view, feederId, aboveId) {
  return pathTo(view, feederId).includes(aboveId);
}

function searched(view, evse) {
  const feeder = view.feeders[evse.feeder_id].name;
  return [evse.station_id, evse.id_token ?? "", feeder, evse.state, evse.reason.text].join("\n").toLowerCase();
}

function departure(evse) {
  return evse.need?.departs_at ?? FAR;
}
