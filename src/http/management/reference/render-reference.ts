// The API's description as a page for people: made on the server, without a script, a font or an image from
// anywhere. It says what the software can do and nothing of the installation.

import { escapeHtml, type Html, html, joined, sentence } from "./html.ts";
import { renderSchema, type Schema } from "./render-schema.ts";
import { STYLE } from "./style.ts";

/** The part of an OpenAPI document that the page shows. */
export interface ApiDescription {
  readonly info?: {
    readonly title?: string;
    readonly version?: string;
    readonly description?: string;
  };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Content };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Content }>
  >;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const METHODS = ["get", "post", "put", "delete"];
const NODE_GROUP = "the node";

export function renderReference({ info = {}, paths = {} }: ApiDescription): string {
  const groups = groupCalls(paths);
  const title = `${info.title ?? "API"} ${info.version ?? ""}`.trim();
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<nav aria-label="Resources"><h1>${title}</h1>
<ul>${joined([...groups.keys()].map((name) => html`<li><a href="#${anchorOf(name)}">${name}</a></li>`))}</ul></nav>
<main>
<p>${info.description ?? ""} Calls carry <code>Authorization: Bearer &lt;token&gt;</code>; faults are
<code>application/problem+json</code>. Both <code>/v1</code> and <code>/api/v1</code> are served. The same
description for programs: <code>/openapi.json</code>.</p>
${joined([...groups].map(([name, calls]) => renderGroup(name, calls)))}
</main>
</body>
</html>
`;
  return page.text;
}

/** What is markup already. */
function raw(text: string): Html {
  return { text };
}

function groupCalls(paths: NonNullable<ApiDescription["paths"]>): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const group = operation.tags?.[0] ?? NODE_GROUP;
      const calls = groups.get(group) ?? [];
      calls.push({ method: method.toUpperCase(), path, operation });
      groups.set(group, calls);
    }
  }
  return new Map([...groups].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function renderGroup(name: string, calls: readonly Call[]): Html {
  return html`<section id="${anchorOf(name)}"><h2>${name}</h2>
${joined(calls.map(renderCall))}</section>
`;
}

function renderCall({ method, path, operation }: Call): Html {
  const { summary = "", description, parameters = [], requestBody, responses = {} } = operation;
  return html`<details id="${anchorOf(`${method} ${path}`)}"><summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code> <span class="what">${summary}</span></summary>
${description === undefined ? "" : html`<p>${sentence(description)}</p>`}
${parameters.length === 0 ? "" : renderParameters(parameters)}
${renderContent("Body", requestBody?.content)}
${joined(
  Object.entries(responses).map(([status, { content, description: meaning = "" }]) =>
    renderContent(`Answer ${status}`, content, meaning),
  ),
)}
</details>
`;
}

function renderParameters(parameters: readonly Parameter[]): Html {
  const rows = parameters.map(
    ({
      name,
      in: place,
      required,
      description,
      schema,
    }) => html`<tr><td><code>${name}</code>${required ? html` <em>required</em>` : ""}</td><td>${place}</td><td>${renderSchema(schema ?? {})}${description === undefined ? "" : html`. ${sentence(description)}`}</td></tr>
`,
  );
  return html`<h3>Parameters</h3><table>${joined(rows)}</table>`;
}

function renderContent(title: string, content: Content | undefined, meaning = ""): Html {
  const [type, described] = Object.entries(content ?? {})[0] ?? [];
  if (type === undefined) return meaning === "" ? html`` : html`<h3>${title}</h3>`;
  return html`<h3>${title} <small>${type}</small></h3>${renderSchema(described?.schema ?? {})}`;
}

function anchorOf(name: string): string {
  return escapeHtml(
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, ""),
  );
}
