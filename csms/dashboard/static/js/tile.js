/** One connector's tile. */

import { cells, draw, mark, write } from "./dom.js";
import { NOTHING, amps, energyLine, kilo, share, tenths } from "./format.js";
import { say } from "./words.js";

/** Nobody waits at a connector in one of these states: its tile is small. */
const AT_REST = new Set(["available", "reserved", "unavailable", "never_seen"]);

/** A connector's element, kept up to date. */
export class Tile {
  #cells;

  /** Take over a printed element. */
  constructor(element) {
    this.element = element;
    this.key = element.dataset.key;
    this.#cells = cells(element);
  }

  /** Make a new element from the page's template. */
  static blank(template, key) {
    const element = template.content.querySelector(".tile").cloneNode(true);
    element.dataset.key = key;
    return new Tile(element);
  }

  /** Show an EVSE. */
  patch(view, evse, words) {
    const to = this.#cells;
    mark(this.element, "data-state", evse.state);
    draw(this.element.querySelector(".tile-state"), `state-${evse.state}`);
    write(to.name, nameOf(view, evse));
    write(to.word, words[evse.state]);
    write(to.power, evse.power_w === null ? NOTHING : kilo(evse.power_w));
    write(to.current, currentLine(evse));
    mark(to.limit_bar, "width", share(evse.limit_a, evse.max_a));
    mark(to.current_bar, "width", share(Math.max(...(evse.current_a ?? [0])), evse.max_a));
    write(to.energy, energyLine(evse, view.timezone, new Date(view.now)));
    write(to.reason, evse.reason.text);
  }
}

/** Whether nobody waits here. */
export function isAtRest(evse) {
  return AT_REST.has(evse.state);
}

/** A connector's name: the station's where that has one EVSE only. */
export function nameOf(view, evse) {
  const isAlone = !(`${evse.station_id}/${evse.number === 1 ? 2 : 1}` in view.evses);
  return isAlone ? evse.station_id : `${evse.station_id}/${evse.number}`;
}

function currentLine(evse) {
  const measured = evse.current_a === null ? NOTHING : tenths(Math.max(...evse.current_a));
  return say("%(amps)s of %(limit)s A", { amps: measured, limit: amps(evse.limit_a) });
}
