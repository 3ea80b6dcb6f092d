/** What the API can do, from its own description. */

import { SchemaWords } from "./schema.js";
import { write } from "./dom.js";
import { say } from "./words.js";

const main = document.querySelector("#docs");

function make(tag, { className = "", text = "" }, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(text, ...children);
  return element;
}

function titled(title, ...children) {
  return make("section", {}, make("h3", { text: title }), ...children);
}

function list(pairs) {
  const rows = pairs.map(([term, ...words]) =>
    make("div", {}, make("dt", {}, make("code", { text: term })), make("dd", { text: words.filter(Boolean).join(". ") })),
  );
  return make("dl", {}, ...rows);
}

function body(operation, words) {
  const parts = [];
  const longer = operation.description?.split("\n").slice(1).join("\n").trim();
  if (longer) parts.push(make("p", { text: longer }));
  const parameters = operation.parameters ?? [];
  if (parameters.length) {
    const rows = parameters.map((one) => [one.name, say("%(type)s, in the %(place)s", { type: words.type(one.schema), place: one.in }), one.description]);
    parts.push(titled(say("Parameters"), list(rows)));
  }
  const sent = operation.requestBody?.content["application/json"]?.schema;
  if (sent) parts.push(titled(say("Body"), make("pre", { text: words.write(sent) })));
  for (const [status, answer] of Object.entries(operation.responses)) {
    const [kind, { schema } = {}] = Object.entries(answer.content ?? {})[0] ?? [];
    const isPlain = !schema || status >= "400";
    if (isPlain) continue;
    parts.push(titled(say("Answer %(status)s, %(kind)s", { status, kind }), make("pre", { text: words.write(schema) })));
  }
  return make("div", { className: "operation-body" }, ...parts);
}

function describe(path, method, operation, words) {
  const badge = make("span", { className: "method", text: method.toUpperCase() });
  badge.dataset.method = method;
  const [line] = (operation.description ?? operation.summary).split("\n");
  const summary = make("summary", {}, badge, make("code", { text: path }), make("span", { text: line }));
  return make("details", { className: "panel operation" }, summary, body(operation, words));
}

function show(api) {
  const about = main.querySelector("[data-f=about]");
  write(about, `${api.info.title} ${api.info.version}. ${api.info.description}`);
  const words = new SchemaWords(api.components.schemas);
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const [tag] = operation.tags ?? ["other"];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(describe(path, method, operation, words));
    }
  }
  for (const [tag, elements] of groups) main.append(make("h2", { text: tag }), ...elements);
}

const answer = await fetch(main.dataset.api);
if (answer.ok) show(await answer.json());
else write(main.querySelector("[data-f=about]"), say("The description cannot be had: status %(status)s", { status: answer.status }));
