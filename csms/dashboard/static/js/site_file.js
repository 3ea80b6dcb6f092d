/** The editor of a site's file: checked as it is written, applied once it was checked. */

import { cells, show, write } from "./dom.js";
import { inLanguage, say, sayCount } from "./words.js";

const REST_MS = 600;

class Editor {
  #main = document.querySelector("main.site-file");
  #api = this.#main.dataset.api;
  #digest = this.#main.dataset.digest;
  #text = this.#main.querySelector(".file-text");
  #lines = this.#main.querySelector(".file-lines");
  #cells = cells(this.#main);
  #present = this.#text.value;
  #checked = null;
  #due = 0;
  #asked = 0;

  constructor() {
    this.#text.readOnly = false;
    this.#number();
    this.#text.addEventListener("input", () => this.#rest());
    this.#text.addEventListener("scroll", () => this.#follow(), { passive: true });
    this.#cells.apply.addEventListener("click", () => this.#apply());
    this.#cells.reset.addEventListener("click", () => this.#load(this.#present));
    for (const button of this.#main.querySelectorAll("[data-version]")) {
      show(button, true);
      button.addEventListener("click", () => this.#goBack(button.dataset.version));
    }
  }

  #rest() {
    this.#number();
    this.#checked = null;
    this.#cells.apply.disabled = true;
    show(this.#cells.reset, this.#text.value !== this.#present);
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.#check(), REST_MS);
  }

  async #check() {
    this.#asked += 1;
    const [number, text] = [this.#asked, this.#text.value];
    write(this.#cells.told, say("Checking \u2026"));
    const answer = await send("POST", `${this.#api}/check${inLanguage}`, { text });
    if (number !== this.#asked) return; // it was changed meanwhile
    const told = await answer.json();
    this.#clear();
    if (answer.ok) this.#preview(text, told);
    else this.#refuse(told);
  }

  #clear() {
    for (const name of ["faults", "changes", "effects", "diff"]) this.#cells[name].replaceChildren();
    show(this.#cells.effects_box, false);
    show(this.#cells.diff_box, false);
  }

  #preview(text, { changes, effects, diff, needs_restart: needsRestart }) {
    const isNew = text !== this.#present || changes.length > 0;
    this.#cells.apply.disabled = !isNew;
    this.#checked = isNew ? text : null;
    write(this.#cells.told, verdict(text === this.#present, changes.length, needsRestart));
    this.#cells.changes.replaceChildren(...changes.map(changeItem));
    this.#cells.effects.replaceChildren(...effects.map((words) => made("li", words)));
    show(this.#cells.effects_box, effects.length > 0);
    this.#cells.diff.replaceChildren(...diff.map(diffLine));
    show(this.#cells.diff_box, diff.length > 0);
  }

  #refuse({ detail, errors = [] }) {
    const count = errors.length;
    const words = sayCount("It cannot be used: one thing is wrong", "It cannot be used: %(n)s things are wrong", count);
    write(this.#cells.told, count ? words : detail);
    this.#cells.faults.replaceChildren(...errors.map((fault) => this.#fault(fault)));
  }

  #fault({ line, at, message }) {
    const item = document.createElement("li");
    const where = [say("Line %(line)s", { line }), at].filter(Boolean).join(", ");
    const button = made("button", `${where}: ${message}`);
    button.type = "button";
    button.className = "plain";
    button.addEventListener("click", () => this.#show(line));
    item.append(button);
    return item;
  }

  /** Put the cursor on a line, and the line into sight. */
  #show(line) {
    const lines = this.#text.value.split("\n");
    const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    this.#text.focus();
    this.#text.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
    const height = this.#text.scrollHeight / lines.length;
    this.#text.scrollTop = Math.max(0, (line - 4) * height);
  }

  async #apply() {
    const text = this.#checked;
    if (text === null) return;
    this.#cells.apply.disabled = true;
    const answer = await send("PUT", this.#api, { text, digest: this.#digest });
    const told = await answer.json();
    if (!answer.ok) {
      write(this.#cells.told, say("It was not applied: %(cause)s", { cause: told.detail }));
      return;
    }
    location.reload();
  }

  async #goBack(number) {
    const answer = await answered(fetch(`${this.#api}/versions/${number}`));
    const told = await answer.json();
    if (!answer.ok) {
      write(this.#cells.told, told.detail);
      return;
    }
    this.#load(told.text);
    this.#text.scrollIntoView({ block: "center" });
    this.#text.focus({ preventScroll: true });
  }

  #load(text) {
    this.#text.value = text;
    this.#rest();
  }

  #number() {
    const count = this.#text.value.split("\n").length;
    write(this.#lines, Array.from({ length: count }, (_, i) => i + 1).join("\n"));
    this.#follow();
  }

  #follow() {
    this.#lines.scrollTop = this.#text.scrollTop;
  }
}

function send(method, url, body) {
  return answered(fetch(url, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
}

/** What is answered; a server that is gone is told like a refusal. */
function answered(asked) {
  return asked.catch(() => ({ ok: false, json: async () => ({ detail: say("The server does not answer.") }) }));
}

function verdict(isPresent, count, needsRestart) {
  if (count === 0 && isPresent) return say("That is what the file says, and what runs.");
  if (count === 0) return say("It can be used, and changes nothing of what runs: only its words.");
  if (needsRestart) return say("It can be used. All of it waits for the server's next start.");
  return say("It can be used, and would be taken at once.");
}

function changeItem({ text, needs_restart: needsRestart }) {
  const item = made("li", "");
  item.append(made("span", text), made("small", needsRestart ? say("needs a start") : say("at once")));
  return item;
}

function diffLine(text) {
  const line = made("span", `${text}\n`);
  line.dataset.sign = text[0];
  return line;
}

function made(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

new Editor();
