/** JSON schemas in words that a reader can take in at a glance. */

const INDENT = "  ";
const DEEPEST = 4;

/** Writes schemas; `schemas` are those that others refer to. */
export class SchemaWords {
  #schemas;

  constructor(schemas) {
    this.#schemas = schemas;
  }

  /** A schema's type in a word or two. */
  type(schema = {}) {
    if (schema.$ref) return this.#named(schema.$ref.split("/").pop());
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return choices.map((choice) => this.type(choice)).join(" | ");
    if (schema.prefixItems) return `[${schema.prefixItems.map((item) => this.type(item)).join(", ")}]`;
    if (schema.type === "array") return `${this.type(schema.items)}[]`;
    return schema.format ?? schema.type ?? "any";
  }

  /** A schema as an outline of the JSON that it allows. */
  write(schema, depth = 0) {
    const whole = this.#resolve(schema);
    const pad = INDENT.repeat(depth + 1);
    const choices = whole.oneOf ?? whole.anyOf;
    if (choices) return choices.map((choice) => this.#choice(choice, depth)).join(depth === 0 ? "\n\n" : " | ");
    if (whole.type === "array" && whole.items) return `[${this.write(whole.items, depth)}]`;
    if (depth >= DEEPEST || whole.type !== "object") return this.type(schema);
    if (!whole.properties) return this.#map(whole, pad, depth);
    const lines = Object.entries(whole.properties).map(([name, field]) => `${pad}${this.#field(name, field, depth)}`);
    return `{\n${lines.join("\n")}\n${INDENT.repeat(depth)}}`;
  }

  /** One of several: with what it is for, where it has a name. */
  #choice(choice, depth) {
    const [remark] = (choice.$ref && this.#resolve(choice).description?.split("\n")) || [];
    return `${remark && depth === 0 ? `// ${remark}\n` : ""}${this.write(choice, depth)}`;
  }

  #named(name) {
    return this.#schemas[name].enum ? this.type(this.#schemas[name]) : name;
  }

  #field(name, field, depth) {
    const remark = field.description ? `  // ${field.description}` : "";
    return `${name}: ${this.write(field, depth + 1)}${remark}`;
  }

  #map(whole, pad, depth) {
    if (typeof whole.additionalProperties !== "object") return "{}";
    return `{\n${pad}<key>: ${this.write(whole.additionalProperties, depth + 1)}\n${INDENT.repeat(depth)}}`;
  }

  #resolve(schema) {
    const name = schema.$ref?.split("/").pop();
    if (name) return this.#schemas[name];
    const [choice, ...others] = (schema.anyOf ?? []).filter((one) => one.type !== "null");
    return choice && others.length === 0 ? this.#resolve(choice) : schema;
  }
}
