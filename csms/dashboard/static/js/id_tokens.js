/** The list of tokens: what changes it goes to the API, and then the list is asked for again. */

import { cells, show, write } from "./dom.js";
import { ofField } from "./site_time.js";
import { say, sayCount } from "./words.js";

const API = "/api/v1/tokens";
const JSON_TYPE = { "content-type": "application/json" };
const CSV_TYPE = { "content-type": "text/csv" };

class TokenList {
  #main = document.querySelector("main");
  #cells = cells(this.#main);
  #dialog = document.querySelector(".token-ask");
  #off = null;

  begin() {
    const { put, import: imported } = document.forms;
    for (const form of [put, imported]) show(form, true);
    put.addEventListener("submit", (event) => this.#take(event, () => this.#put(put.elements)));
    imported.addEventListener("submit", (event) => this.#take(event, () => this.#import(imported.elements)));
    this.#main.addEventListener("click", ({ target }) => this.#act(target));
    this.#dialog.addEventListener("close", () => {
      if (this.#dialog.returnValue === "off") this.#takeOff(this.#off);
    });
    this.#unlock();
  }

  #unlock() {
    for (const button of this.#cells.list.querySelectorAll("[data-act]")) show(button, true);
  }

  #act(button) {
    const act = button.dataset?.act;
    if (!act) return;
    const { value, kind, group, expires } = button.closest("tr").dataset;
    if (act === "off") {
      this.#off = value;
      write(this.#dialog.querySelector("h2"), say("Take %(token)s off the list?", { token: value }));
      this.#dialog.returnValue = "";
      this.#dialog.showModal();
      return;
    }
    const entry = { kind, status: act, group: group || null, expires_at: expires || null };
    const words = act === "Blocked"
      ? say("%(token)s is blocked from the next time that it is shown; what charges goes on.", { token: value })
      : say("%(token)s is accepted.", { token: value });
    this.#send("PUT", at(value), JSON_TYPE, JSON.stringify(entry), () => words);
  }

  async #take(event, send) {
    event.preventDefault();
    const button = event.submitter ?? event.target.querySelector("button");
    button.disabled = true;
    if (await send()) event.target.reset();
    button.disabled = false;
  }

  #put({ value, status, group, expires, kind }) {
    const entry = {
      kind: kind.value.trim(),
      status: status.value,
      group: group.value.trim() || null,
      expires_at: expires.value ? ofField(expires.value, this.#main.dataset.timezone).toISOString() : null,
    };
    const token = value.value.trim();
    return this.#send("PUT", at(token), JSON_TYPE, JSON.stringify(entry), () => say("%(token)s is on the list.", { token }));
  }

  #import({ table }) {
    const words = ({ count }) => sayCount("%(n)s token was taken from the table.", "%(n)s tokens were taken from the table.", count);
    return this.#send("POST", `${API}/import`, CSV_TYPE, table.files[0], words);
  }

  #takeOff(value) {
    return this.#send("DELETE", at(value), {}, undefined, () => say("%(token)s is off the list.", { token: value }));
  }

  /** Send a change, and tell what came of it; return whether it was taken. */
  async #send(method, path, headers, body, words) {
    try {
      const answer = await fetch(path, { method, headers, body });
      const told = answer.status === 204 ? {} : await answer.json();
      if (answer.ok) await this.#again();
      this.#tell(answer.ok ? words(told) : told.detail, answer.ok);
      return answer.ok;
    } catch {
      this.#tell(say("The server does not answer. Reload the page to see what is listed."), false);
      return false;
    }
  }

  #tell(text, isWell) {
    this.#cells.told.dataset.level = isWell ? "ok" : "over";
    write(this.#cells.told, text);
    this.#cells.told.scrollIntoView({ block: "nearest" });
  }

  async #again() {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = document.adoptNode(page.querySelector('[data-f="list"]'));
    this.#cells.list.replaceWith(fresh);
    this.#cells.list = fresh;
    this.#unlock();
  }
}

function at(value) {
  return `${API}/${encodeURIComponent(value)}`;
}

new TokenList().begin();
