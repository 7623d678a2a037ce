// A JSON Schema for people: what a value is, and the keys of an object as a table.

import { type Html, html, joined, sentence } from "./html.ts";

/** Of what the API's description uses; anything else is passed over. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
}

/** Deeper ones are only named. */
const MAX_DEPTH = 5;

export function renderSchema(schema: Schema, depth = 0): Html {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const named = choices.map((choice) => renderSchema(choice, depth));
    return joined(named.flatMap((each, place) => (place === 0 ? [each] : [html` or `, each])));
  }
  if (schema.items !== undefined) return html`list of ${renderSchema(schema.items, depth)}`;
  const { properties } = schema;
  if (properties === undefined || depth >= MAX_DEPTH) return html`${describe(schema)}`;
  const rows = Object.entries(properties).map(([name, each]) => {
    const isRequired = schema.required?.includes(name) === true;
    const note = isRequired ? html` <em>required</em>` : "";
    const said = each.description === undefined ? "" : html`. ${sentence(each.description)}`;
    return html`<tr><td><code>${name}</code>${note}</td><td>${renderSchema(each, depth + 1)}${said}</td></tr>
`;
  });
  return rows.length === 0 ? html`object` : html`<table>${joined(rows)}</table>`;
}

function describe(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => String(each)).join(" | ");
  const types = Array.isArray(schema.type)
    ? schema.type.join(" or ")
    : String(schema.type ?? "any");
  const { minimum, maximum, maxLength, default: standard } = schema;
  const limits = [
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(standard === undefined ? [] : [`${JSON.stringify(standard)} if left out`]),
  ];
  return limits.length === 0 ? types : `${types} (${limits.join(", ")})`;
}
