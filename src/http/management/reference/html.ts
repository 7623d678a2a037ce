// Markup out of text: whatever is put into a template is escaped, unless it is markup itself.

export interface Html {
  readonly text: string;
}

export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  const text = parts.map((part, place) => {
    const value = values[place] ?? "";
    return part + (typeof value === "string" ? escapeHtml(value) : value.text);
  });
  return { text: text.join("") };
}

export function joined(pieces: readonly Html[]): Html {
  return { text: pieces.map(({ text }) => text).join("") };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** A sentence in which code stands between backticks. */
export function sentence(text: string): Html {
  const pieces = text.split("`");
  return joined(
    pieces.map((piece, place) => (place % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`)),
  );
}
