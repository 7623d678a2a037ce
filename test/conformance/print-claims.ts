// The conformance page, printed from the table of claims.

import { ABSENT, CLAIM_LISTS, type Claim } from "./claims.ts";

/** What a claim refers to. */
export type Evidence =
  | { readonly kind: "vector"; readonly name: string }
  | { readonly kind: "test"; readonly path: string; readonly title: string };

export function evidenceOf(text: string): Evidence {
  const match = /^(\S+\.test\.ts): (.+)$/.exec(text);
  if (match === null) return { kind: "vector", name: text };
  return { kind: "test", path: match[1] ?? "", title: match[2] ?? "" };
}

export function printClaims(): string {
  const lists = CLAIM_LISTS.map(
    ({ title, claims }) =>
      `## ${title}\n\n| what | promise | shown by |\n| --- | --- | --- |\n${claims.map(printClaim).join("\n")}\n`,
  );
  const absent = ABSENT.map(({ what, why }) => printRow([what, why]));
  return [
    INTRODUCTION,
    ...lists,
    `## Deliberately absent\n\n| what | why |\n| --- | --- |\n${absent.join("\n")}\n`,
  ].join("\n");
}

const INTRODUCTION = `# Conformance

What the public documentation of the protocol promises, in our own words, and the test that shows that Dunlin keeps it. A bare name is a vector of
[cases/protocol.json](../cases/protocol.json), played over real sockets by [test/journeys/protocol-vectors.test.ts](../test/journeys/protocol-vectors.test.ts), or in process by
[src/event/handle-event.test.ts](../src/event/handle-event.test.ts) where it needs a fault.

This page is printed from [test/conformance/claims.ts](../test/conformance/claims.ts) by \`node scripts/conformance.ts\`. A test
([test/conformance/claims.test.ts](../test/conformance/claims.test.ts)) prints it anew and compares, and looks up every vector and every title.
`;

function printClaim({ what, promise, shownBy }: Claim): string {
  return printRow([what, promise, shownBy.map(printEvidence).join("; ")]);
}

function printRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function printEvidence(text: string): string {
  const evidence = evidenceOf(text);
  if (evidence.kind === "vector") return `\`${evidence.name}\``;
  const name = evidence.path.split("/").at(-1);
  return `“${evidence.title.replace(/:$/, "")}” ([${name}](../${evidence.path}))`;
}
