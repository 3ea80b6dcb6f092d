/** What somebody says that a vehicle needs, in the sheet of its connector. */

import { cells, write } from "./dom.js";
import { shortHour } from "./format.js";
import { nextAt } from "./site_time.js";
import { say } from "./words.js";

const STATED = "stated";

/** The form; it fits to whatever connector it is shown for. */
export class Need {
  #form;
  #to;
  #evse = null;
  #zone;
  #clock;

  constructor(form, clock) {
    this.#form = form;
    this.#to = cells(form);
    this.#clock = clock;
    form.addEventListener("submit", (event) => this.#send(event));
  }

  /** Begin anew for a connector, with what has been stated. */
  open(view, evse) {
    this.#evse = evse;
    this.#zone = view.timezone;
    this.#form.reset();
    write(this.#to.need_told, "");
    if (evse.need?.source !== STATED) return;
    this.#to.kwh.value = (evse.need.energy_wh / 1000).toFixed(1);
    this.#to.leaves.value = shortHour(new Date(evse.need.departs_at), this.#zone);
  }

  async #send(event) {
    event.preventDefault();
    const { station_id: station, number } = this.#evse;
    const kwh = this.#to.kwh.value;
    const leaves = this.#to.leaves.value;
    const body = {
      energy_wh: kwh === "" ? null : Number(kwh) * 1000,
      departs_at: leaves === "" ? null : nextAt(leaves, this.#zone, this.#clock.now()).toISOString(),
    };
    const path = `/api/v1/stations/${encodeURIComponent(station)}/evses/${number}/need`;
    this.#tell(await put(path, body) ?? (kwh || leaves ? say("The next plan knows.") : say("Nothing is stated any more.")));
  }

  #tell(text) {
    write(this.#to.need_told, text.charAt(0).toUpperCase() + text.slice(1));
  }
}

/** Put something; what is wrong with it, null if nothing is. */
async function put(path, body) {
  try {
    const answer = await fetch(path, {
      method: "PUT",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    return answer.ok ? null : (await answer.json()).detail;
  } catch {
    return say("The server does not answer.");
  }
}
