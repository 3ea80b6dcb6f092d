/** The badge of what is wrong just now, beside the link to the alerts; `open_alerts.py` counts alike. */

import { show, write } from "./dom.js";

const ILL = ["faulted", "offline"];
const LEVELS = ["overcommitted", "over"];

/** Keeps the badge up to date. */
export class Badge {
  #badges = [...document.querySelectorAll(".pages .badge")];
  #silent = Number(document.querySelector(".pages").dataset.silent);

  /** Show what has changed. */
  patch(view) {
    const count = this.#silent + countAlerts(view);
    for (const badge of this.#badges) {
      write(badge.querySelector("[data-f=alerts]"), String(count));
      show(badge, count > 0);
    }
  }
}

function countAlerts({ guard, feeders, evses }) {
  const states = new Set(Object.values(evses).map(({ state }) => state));
  const over = Object.values(feeders).filter(({ level }) => LEVELS.includes(level));
  return (guard.banner ? 1 : 0) + over.length + ILL.filter((state) => states.has(state)).length;
}
