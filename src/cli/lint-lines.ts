// What `dunlin lint` says of a file, and of what a node serves.

import { type RunOutcome, STOPPED } from "../config/run-outcome.ts";

/** Characters of a rule before and after the place that are shown. */
const SHOWN_AROUND = 60;

export function ruleLines(rule: string, column: number | undefined): string[] {
  const place = (column ?? 1) - 1;
  const start = place <= SHOWN_AROUND ? 0 : place - SHOWN_AROUND;
  const end = Math.min(rule.length, place + SHOWN_AROUND * (column === undefined ? 2 : 1));
  const before = start > 0 ? "…" : "";
  const shown = `${before}${printable(rule.slice(start, end))}${end < rule.length ? "…" : ""}`;
  if (column === undefined) return [`    ${shown}`];
  return [`    ${shown}`, `    ${" ".repeat(before.length + place - start)}^`];
}

/** On one line, and nothing that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
}

export function sumLine(warnings: number, notes: number): string {
  return `${plural(warnings, "warning")}, ${plural(notes, "note")}\n`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** `level`: the least that ends with 1. */
export function outcomeAt(level: string | undefined, warnings: number, notes: number): RunOutcome {
  const isFailed = level !== "never" && (warnings > 0 || (level === "note" && notes > 0));
  return isFailed ? { exitCode: 1, lines: [] } : STOPPED;
}
