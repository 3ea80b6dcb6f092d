/** Stations that have tried to connect and were not let in: why, and what is to become of them. */

import { arrange, cells, show, write } from "./dom.js";

const EVERY_MS = 10_000;
const MOST_SHOWN = 20;
const API = "/api/v1/unknown-stations";
const PROFILES = ["no password", "a password", "a password over TLS", "a certificate"];

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
    const answer = await fetch(API);
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
    write(this.#more, all.length > MOST_SHOWN ? `And ${all.length - MOST_SHOWN} more: ${API}` : "");
    show(this.#section, stations.length > 0 || this.#told.textContent !== "");
  }

  #patched(station) {
    const name = station.station_id;
    if (!this.#rows.has(name)) this.#rows.set(name, this.#blank(name));
    const { element, to } = this.#rows.get(name);
    write(to.name, name);
    write(to.cause, station.is_refused ? "An operator has refused it" : sentence(station.cause));
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
      write(this.#told, "The server does not answer.");
    }
    await this.#look().catch(() => {});
  }
}

function about(station, zone) {
  const at = new Date(station.last_at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const model = [station.vendor, station.model].filter(Boolean).join(" ");
  return [
    model,
    `from ${station.address || "an unknown address"} with ${PROFILES[station.profile]}`,
    station.offered.length ? `speaks ${station.offered.join(", ")}` : "names no version",
    `${station.count} ${station.count === 1 ? "time" : "times"}, last ${at}`,
  ].filter(Boolean).join(" \u00b7 ");
}

/** What came of it. A password is told this once. */
function told(answer) {
  if (answer === null) return "";
  if (answer.detail) return sentence(answer.detail);
  const joined = `${answer.station_id} belongs to ${answer.site_id} now.`;
  if (answer.password === null) return joined;
  return `${joined} Enter this password at the station, it is not shown again: ${answer.password}`;
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

new Unknown().keepLooking();
