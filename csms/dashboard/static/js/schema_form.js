/** Forms that are made from JSON schemas, and the values that they are filled with. */

import { say } from "./words.js";

const OPTIONAL = say("Nothing said");
/** Instants by their names: the description only tells that they are texts. */
const INSTANT = /(_at|_from|_until)$|^(since|until)$/;

/** Makes fields for schemas; `schemas` are those that others refer to. */
export class SchemaForm {
  #schemas;

  constructor(schemas) {
    this.#schemas = schemas;
  }

  /** The schema behind a name or a reference. */
  resolve(schema) {
    const whole = schema.$ref ? { ...this.#schemas[schema.$ref.split("/").pop()], ...schema } : schema;
    const choices = (whole.anyOf ?? []).filter((choice) => choice.type !== "null");
    if (choices.length !== 1) return whole;
    return { ...this.resolve(choices[0]), default: whole.default ?? null };
  }

  /** An object's fields, but those named in `without`: `{ element, read }`, where `read()` gives what was filled in. */
  object(schema, without = []) {
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties ?? {})
      .filter(([name]) => !without.includes(name))
      .map(([name, field]) => ({ name, ...this.#field(name, this.resolve(field), required.has(name)) }));
    const element = document.createElement("div");
    element.className = "form-fields";
    element.append(...fields.map((field) => field.element));
    const read = () => Object.fromEntries(
      fields.map(({ name, read: value }) => [name, value()]).filter(([, value]) => value !== undefined),
    );
    return { element, read };
  }

  #field(name, schema, isRequired) {
    if (schema.enum) return labelled(name, choice(schema, isRequired), text);
    if (schema.type === "boolean") return labelled(name, truth(schema, isRequired), ({ value }) => (value === "" ? undefined : value === "true"));
    if (schema.type === "integer" || schema.type === "number") {
      return labelled(name, number(schema, isRequired), (input) => (input.value === "" ? undefined : Number(input.value)));
    }
    if (schema.type === "string") return this.#text(name, schema, isRequired);
    if (schema.type === "array") return this.#list(name, this.resolve(schema.items ?? {}), isRequired);
    if (schema.properties) return this.#group(name, schema, isRequired);
    return labelled(name, area(isRequired, "JSON"), json);
  }

  #text(name, schema, isRequired) {
    if (name === "pem" || name === "chain") return labelled(name, area(isRequired, "-----BEGIN CERTIFICATE-----"), text);
    const isInstant = INSTANT.test(name);
    const input = blank("input", { type: isInstant ? "datetime-local" : "text", required: isRequired });
    if (schema.maxLength) input.maxLength = schema.maxLength;
    return labelled(name, input, isInstant ? instant : text);
  }

  #list(name, items, isRequired) {
    if (items.type === "string" || items.enum) {
      return labelled(name, area(isRequired, items.enum?.join("\n") ?? say("One on each line")), lines);
    }
    if (items.type === "integer") return labelled(name, area(isRequired, say("One on each line")), (field) => lines(field)?.map(Number));
    return labelled(name, area(isRequired, `JSON: [${this.#outline(items)}]`), json);
  }

  #group(name, schema, isRequired) {
    const { element: fields, read } = this.object(schema);
    const element = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = spoken(name);
    element.append(legend, fields);
    if (!isRequired) for (const input of fields.querySelectorAll("[required]")) input.required = false;
    const value = () => {
      const found = read();
      return isRequired || Object.keys(found).length > 0 ? found : undefined;
    };
    return { element, read: value };
  }

  #outline(schema) {
    return `{${Object.keys(schema.properties ?? {}).map((name) => `"${name}": …`).join(", ")}}`;
  }
}

const words = JSON.parse(document.querySelector("#command").dataset.words);

/** The name of a field or a command as people read it. */
export function spoken(name) {
  return words.names[name] ?? plain(name);
}

/** What came of a command. */
export function resultOf(status) {
  return words.statuses[status] ?? status.replaceAll("_", " ");
}

/** What a command does. */
export function aboutOf(kind) {
  return words.about[kind] ?? "";
}

function plain(name) {
  const text = name.replaceAll("_", " ").replace(/ s$/, " (s)");
  return text[0].toUpperCase() + text.slice(1);
}

function labelled(name, input, read) {
  const element = document.createElement("label");
  const words = document.createElement("span");
  words.textContent = spoken(name);
  input.name = name;
  element.append(words, input);
  return { element, read: () => read(input) };
}

function blank(tag, properties) {
  return Object.assign(document.createElement(tag), { autocomplete: "off", spellcheck: false, ...properties });
}

function choice(schema, isRequired) {
  const select = blank("select", {});
  const values = isRequired && schema.default === undefined ? schema.enum : ["", ...schema.enum];
  select.append(...values.map((value) => new Option(value === "" ? usual(schema) : value, value)));
  return select;
}

function truth(schema, isRequired) {
  const select = blank("select", {});
  const values = isRequired ? ["true", "false"] : ["", "true", "false"];
  select.append(...values.map((value) => new Option({ "": usual(schema), true: say("Yes"), false: say("No") }[value], value)));
  return select;
}

function number(schema, isRequired) {
  const input = blank("input", { type: "number", required: isRequired, step: schema.type === "integer" ? 1 : "any" });
  if (schema.minimum !== undefined) input.min = schema.minimum;
  if (schema.maximum !== undefined) input.max = schema.maximum;
  if (schema.default !== undefined && schema.default !== null) input.placeholder = schema.default;
  return input;
}

function area(isRequired, placeholder) {
  return blank("textarea", { required: isRequired, placeholder, rows: 3 });
}

function usual(schema) {
  return schema.default === undefined || schema.default === null ? OPTIONAL : String(schema.default);
}

function text(field) {
  return field.value || undefined;
}

function lines(field) {
  const found = field.value.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return found.length > 0 ? found : undefined;
}

/** JSON as it was typed; a text that is none is sent as a text, and the server says what is wrong with it. */
function json(field) {
  if (field.value.trim() === "") return undefined;
  try {
    return JSON.parse(field.value);
  } catch {
    return field.value;
  }
}

function instant(field) {
  return field.value === "" ? undefined : new Date(field.value).toISOString();
}
