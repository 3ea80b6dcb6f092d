/** Stations that have tried to connect and were not let in: why, and what is to become of them. */

import { arrange, cells, show, write } from "./dom.js";
import { inLanguage, isNorwegian, say, sayCount } from "./words.js";

const EVERY_MS = 10_000;
const MOST_SHOWN = 20;
const API = "/api/v1/unknown-stations";
const PROFILES = [say("no password"), say("a password"), say("a password over TLS"), say("a certificate")];

/** The list; it is there only while there is something in it. */
class Unknown {
  #section = document.querySelector(".unknown");
  #list = this.#section.querySelector(".unknown-list");
  #template = this.#section.querySelector("template");
  #told = this.#section.querySelector(".unknown-told");
  #more = this.#section.querySelector(".unknown-more");
  #rows = new Map();

  /** Look again and again. */
  async keepLooking() {
    try {
      await this.#look();
    } catch {
      // the next look may find them
    }
    setTimeout(() => this.keepLooking(), EVERY_MS);
  }

  async #look() {
    const answer = await fetch(`${API}${inLanguage}`);
    if (!answer.ok) throw new Error(`expected unknown stations, got status ${answer.status}`);
    const all = await answer.json();
    const stations = all.slice(0, MOST_SHOWN);
    const names = new Set(stations.map((station) => station.station_id));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.element.remove();
      this.#rows.delete(name);
    }
    arrange(this.#list, stations.map((station) => this.#patched(station)));
    write(this.#more, all.length > MOST_SHOWN ? say("And %(more)s more: %(path)s", { more: all.length - MOST_SHOWN, path: API }) : "");
    show(this.#section, stations.length > 0 || this.#told.textContent !== "");
  }

  #patched(station) {
    const name = station.station_id;
    if (!this.#rows.has(name)) this.#rows.set(name, this.#blank(name));
    const { element, to } = this.#rows.get(name);
    write(to.name, name);
    write(to.cause, station.is_refused ? say("An operator has refused it") : sentence(station.cause));
    write(to.about, about(station, this.#section.dataset.timezone));
    show(to.adopt, station.can_be_adopted);
    if (to.site) show(to.site, station.can_be_adopted);
    show(to.refuse, station.can_be_adopted && !station.is_refused);
    return element;
  }

  #blank(name) {
    const element = this.#template.content.querySelector("li").cloneNode(true);
    const to = cells(element);
    const path = `${API}/${encodeURIComponent(name)}`;
    const siteOf = () => to.site?.value ?? this.#section.dataset.joins;
    to.adopt.addEventListener("click", () => this.#act("POST", `${path}/adoption`, { site_id: siteOf() }));
    to.refuse.addEventListener("click", () => this.#act("PUT", `${path}/refusal`));
    to.forget.addEventListener("click", () => this.#act("DELETE", path));
    return { element, to };
  }

  async #act(method, path, body) {
    const headers = body ? { "content-type": "application/json" } : {};
    try {
      const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
      write(this.#told, told(answer.status === 204 ? null : await answer.json()));
    } catch {
      write(this.#told, say("The server does not answer."));
    }
    await this.#look().catch(() => {});
  }
}

function about(station, zone) {
  const at = new Date(station.last_at).toLocaleString(isNorwegian ? "nb-NO" : "en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const model = [station.vendor, station.model].filter(Boolean).join(" ");
  return [
    model,
    say("from %(address)s with %(proof)s", { address: station.address || say("an unknown address"), proof: PROFILES[station.profile] }),
    station.offered.length ? say("speaks %(versions)s", { versions: station.offered.join(", ") }) : say("names no version"),
    sayCount("%(n)s time, last %(at)s", "%(n)s times, last %(at)s", station.count, { at }),
  ].filter(Boolean).join(" \u00b7 ");
}

/** What came of it. A password is told this once. */
function told(answer) {
  if (answer === null) return "";
  if (answer.detail) return sentence(answer.detail);
  const joined = say("%(station)s belongs to %(site)s now.", { station: answer.station_id, site: answer.site_id });
  if (answer.password === null) return joined;
  return say("%(joined)s Enter this password at the station, it is not shown again: %(password)s", { joined, password: answer.password });
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

new Unknown().keepLooking();
