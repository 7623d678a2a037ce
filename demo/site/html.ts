// HTML that cannot forget to escape: whatever a template is given is text, unless it is HTML already.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Insert = Html | string | number | null | readonly Insert[];

/** `html\`<p>${anything}</p>\``. Strings are escaped, lists are joined, null is nothing. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(
    parts.reduce((text, part, index) => text + render(inserts[index - 1] ?? null) + part),
  );
}

function render(insert: Insert): string {
  if (insert === null) return "";
  if (insert instanceof Html) return insert.text;
  if (typeof insert === "string") return escapeText(insert);
  if (typeof insert === "number") return String(insert);
  return insert.map(render).join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
