/** All that is known of one connector, in a sheet at the side. */

import { ConnectorSheet } from "./connector_sheet.js";
import { cells, draw, mark, show, write } from "./dom.js";
import { pathTo } from "./filter.js";
import { NOTHING, amps, kilo, knownFrom, minute, share, silentLine, tenths } from "./format.js";
import { Need } from "./need.js";
import { SiteClock } from "./site_clock.js";
import { nameOf } from "./tile.js";
import { say } from "./words.js";

/** What a station has to prove, by its security profile. */
const PROFILES = [say("whoever comes under its name is believed"), say("password"), say("password and TLS"), say("certificate")];

/** The sheet; `words` are the states' words. */
export class Details {
  #dialog = document.querySelector(".details");
  #cells = cells(this.#dialog);
  #lines = [...this.#dialog.querySelectorAll("[data-line]")].map((line) => ({ line, ...cells(line) }));
  #clock = new SiteClock();
  #need = new Need(this.#dialog.querySelector(".need"), this.#clock);
  #box = this.#dialog.querySelector(".details-sheet");
  #sheet = new ConnectorSheet(this.#box);
  #stand = "";
  #key = null;

  constructor() {
    this.#dialog.addEventListener("click", (event) => event.target === this.#dialog && this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#close());
  }

  /** Open it for one connector. */
  open(view, key) {
    this.#key = key;
    this.#fill(view, view.evses[key]);
    this.#need.open(view, view.evses[key]);
    this.#dialog.showModal();
    this.#stand = standOf(view.evses[key]);
    this.#sheet.open(this.#box.dataset.path + key.split("/").map(encodeURIComponent).join("/"));
  }

  /** Show what has changed. */
  patch(view, touched) {
    this.#clock.patch(view, touched);
    if (this.#key === null) return;
    const evse = view.evses[this.#key];
    if (evse === undefined) this.#dialog.close();
    else if (touched.evses.has(this.#key)) {
      this.#fill(view, evse);
      if (this.#stand !== standOf(evse)) this.#sheet.renew();
      this.#stand = standOf(evse);
    }
  }

  #close() {
    this.#key = null;
    this.#sheet.close();
  }

  #fill(view, evse) {
    mark(this.#dialog, "data-state", evse.state);
    draw(this.#dialog.querySelector(".tile-state"), `state-${evse.state}`);
    const texts = { name: nameOf(view, evse), ...present(view, evse) };
    for (const [name, text] of Object.entries(texts)) write(this.#cells[name], text ?? NOTHING);
    this.#lines.forEach((line, i) => patchLine(line, evse, i));
    show(this.#dialog.querySelector(".details-closed"), evse.closed !== null);
    show(this.#dialog.querySelector(".details-transaction"), evse.since !== null || evse.energy_wh !== null);
    show(this.#dialog.querySelector(".need"), evse.need !== null);
  }
}

/** What can be done at a connector hangs on this. */
function standOf(evse) {
  return JSON.stringify([evse.since, evse.is_boosted, evse.operator_limit, evse.state === "offline"]);
}

/** What the sheet says, by cell; null where there is nothing to say. */
function present(view, evse) {
  const zone = view.timezone;
  const now = new Date(view.now);
  const need = evse.need;
  return {
    word: document.querySelector(`.chip[data-state="${evse.state}"] [data-f=word]`).textContent,
    reason: evse.reason.text,
    power: evse.power_w === null ? null : `${kilo(evse.power_w)} kW`,
    limit: say("%(amps)s A of %(most)s A", { amps: amps(evse.limit_a), most: amps(evse.max_a) }),
    fallback: silentLine(evse, zone, now),
    energy: evse.energy_wh === null ? null : `${kilo(evse.energy_wh)} kWh`,
    need: need && say("%(kwh)s kWh by %(time)s", { kwh: kilo(need.energy_wh), time: minute(new Date(need.departs_at), zone, now) }),
    source: need && knownFrom(need, zone, now),
    since: evse.since && minute(new Date(evse.since), zone, now),
    soc: evse.soc_pct === null ? null : `${evse.soc_pct.toFixed(0)} %`,
    token: evse.id_token,
    closed: evse.closed,
    protocol: evse.protocol && `OCPP ${evse.protocol}`,
    security: say("Profile %(number)s: %(words)s", { number: evse.security_profile, words: PROFILES[evse.security_profile] }),
    waiting: evse.waiting ? `${evse.waiting}` : null,
    feeder: pathTo(view, evse.feeder_id).map((key) => view.feeders[key].name).join(" \u203a "),
    wiring: evse.lines.map((line) => `L${line}`).join(", "),
  };
}

function patchLine(line, evse, i) {
  const isWired = evse.lines.includes(i + 1);
  const limit = isWired ? share(evse.limit_a, evse.max_a) : "0%";
  show(line.line, isWired);
  write(line.current, evse.current_a === null ? `${NOTHING} A` : `${tenths(evse.current_a[i])} A`);
  mark(line.limit_bar, "width", limit);
  mark(line.hatch, "width", limit);
  mark(line.current_bar, "width", share(evse.current_a?.[i] ?? 0, evse.max_a));
}
