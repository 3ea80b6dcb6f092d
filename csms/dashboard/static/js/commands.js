/** Commands: a form made from the API's own description, to one charger or many, with what each answers. */

import { cells, show, write } from "./dom.js";
import { SchemaForm, aboutOf, resultOf, spoken } from "./schema_form.js";
import { say, sayCount } from "./words.js";

const API = "/api/v1";
const KIND = "command";
/** What is asked before it is sent to `n` stations, or to one. */
const QUESTIONS = {
  reset: (n, station) => sayCount(
    "%(station)s restarts. What charges there may end.",
    "%(n)s chargers restart. What charges there may end.",
    n,
    { station },
  ),
  stop: () => say("The transaction ends, and its vehicle charges no more."),
  unlock: () => say("The cable is released."),
  change_availability: (n, station) => sayCount(
    "%(station)s goes out of use, or into use again.",
    "%(n)s chargers go out of use, or into use again.",
    n,
    { station },
  ),
  clear_profiles: () => say("Profiles are removed. Limits of the plan come back with its next one."),
  clear_cache: (n, station) => sayCount(
    "%(station)s forgets which tokens it has known.",
    "%(n)s chargers forget which tokens they have known.",
    n,
    { station },
  ),
  delete_certificate: (n, station) => sayCount(
    "The certificate is removed. Without it %(station)s may not trust this server any more.",
    "The certificate is removed. Without it %(n)s chargers may not trust this server any more.",
    n,
    { station },
  ),
  set_network_profile: (n, station) => sayCount(
    "%(station)s may connect elsewhere, and not come back.",
    "%(n)s chargers may connect elsewhere, and not come back.",
    n,
    { station },
  ),
  update_firmware: (n, station) => sayCount(
    "%(station)s installs firmware and restarts. What charges there may end.",
    "%(n)s chargers install firmware and restart. What charges there may end.",
    n,
    { station },
  ),
  customer_data: (n, station) => sayCount(
    "What %(station)s keeps on a customer may be removed.",
    "What %(n)s chargers keep on a customer may be removed.",
    n,
    { station },
  ),
};

class Desk {
  #form = document.querySelector("#command");
  #cells = cells(document.querySelector("main"));
  #schemas = null;
  #fields = null;

  async begin() {
    show(this.#cells.waiting, true);
    try {
      const answer = await fetch(`${API}/openapi.json`);
      if (!answer.ok) throw new Error(`expected the API's description, got status ${answer.status}`);
      this.#schemas = (await answer.json()).components.schemas;
    } catch {
      write(this.#cells.told, say("The commands cannot be had just now. Reload the page to try again."));
      return;
    } finally {
      show(this.#cells.waiting, false);
    }
    const { mapping } = this.#schemas.Command.discriminator;
    const { kind } = this.#cells;
    kind.replaceChildren(...Object.keys(mapping).sort().map((name) => new Option(spoken(name), name)));
    kind.addEventListener("change", () => this.#choose());
    kind.value = "trigger";
    this.#choose();
    this.#form.addEventListener("submit", (event) => this.#ask(event));
    this.#cells.back.addEventListener("click", () => this.#think());
    this.#cells.all.addEventListener("change", ({ target }) => {
      for (const box of this.#boxes()) box.checked = target.checked;
    });
    show(this.#form, true);
  }

  #boxes() {
    return [...this.#form.querySelectorAll("[name=station]")];
  }

  #stations() {
    return this.#boxes().filter((box) => box.checked).map((box) => box.value);
  }

  #choose() {
    const { mapping } = this.#schemas.Command.discriminator;
    const schema = this.#schemas[mapping[this.#cells.kind.value].split("/").pop()];
    this.#fields = new SchemaForm(this.#schemas).object(schema, [KIND]);
    write(this.#cells.about, aboutOf(this.#cells.kind.value));
    this.#cells.fields.replaceChildren(this.#fields.element);
    this.#think();
  }

  /** Send, or ask first. */
  #ask(event) {
    event.preventDefault();
    const stations = this.#stations();
    const kind = this.#cells.kind.value;
    if (stations.length === 0) {
      write(this.#cells.told, say("Choose at least one charger."));
      return;
    }
    if (QUESTIONS[kind] && this.#cells.question.hidden) {
      write(this.#cells.question, QUESTIONS[kind](stations.length, stations[0]));
      show(this.#cells.question, true);
      show(this.#cells.back, true);
      write(this.#cells.go, say("%(command)s: do it", { command: spoken(kind) }));
      this.#cells.back.focus();
      return;
    }
    this.#send(stations, { [KIND]: kind, ...this.#fields.read() });
  }

  #think() {
    show(this.#cells.question, false);
    show(this.#cells.back, false);
    write(this.#cells.go, say("Send"));
    write(this.#cells.told, "");
  }

  async #send(stations, command) {
    this.#think();
    write(this.#cells.told, say("Sending …"));
    this.#cells.go.disabled = true;
    try {
      const answer = await fetch(`${API}/commands`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ stations, command }),
      });
      const told = await answer.json();
      if (answer.ok) this.#show(told);
      else write(this.#cells.told, told.detail);
    } catch {
      write(this.#cells.told, say("The server does not answer. The chargers' pages show whether it was sent."));
    } finally {
      this.#cells.go.disabled = false;
    }
  }

  #show(answers) {
    write(this.#cells.told, "");
    show(this.#cells.results, true);
    this.#cells.rows.replaceChildren(...answers.map((answer) => row(answer, this.#form.dataset.chargers)));
    this.#cells.results.scrollIntoView({ block: "nearest" });
  }
}

function row({ station_id: station, result, problem }, chargers) {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  const link = Object.assign(document.createElement("a"), { href: `${chargers}/${encodeURIComponent(station)}` });
  write(link, station);
  name.append(link);
  line.dataset.level = problem || result.status === "rejected" || result.status === "failed" ? "over" : "ok";
  const { status, job, ...rest } = result ?? { status: problem.detail };
  line.append(name, cell(resultOf(status), "record-end"), cell(words(rest)), cell(job ?? ""));
  return line;
}

function cell(text, name = "") {
  const found = Object.assign(document.createElement("td"), { className: name });
  write(found, String(text));
  return found;
}

/** What else an answer tells, on one line. */
function words(rest) {
  return Object.entries(rest)
    .filter(([, value]) => value !== "" && value !== null)
    .map(([name, value]) => `${name === "answer" || name === "detail" ? "" : `${spoken(name)}: `}${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}

new Desk().begin();
