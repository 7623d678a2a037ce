// The result of a run: a table for the eye, a file for later.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure, Side } from "./harness.ts";
import { describeMachine } from "./machine.ts";

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.row,
    `${rounded(figure.value)} ${figure.unit}`,
    figure.better,
    Object.entries(figure.sides).map(sideText).join(", "),
  ]);
  const table = [["row", "value", "better", "medians of the rounds (least - greatest)"], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const notes = figures.flatMap(({ row, note }) => (note === undefined ? [] : [`${row}: ${note}`]));
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function sideText([name, side]: [string, Side]): string {
  const least = rounded(Math.min(...side.rounds));
  const greatest = rounded(Math.max(...side.rounds));
  return `${name} ${rounded(side.median)} ${side.unit} (${least} - ${greatest})`;
}

function rounded(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value >= 1_000 ? String(Math.round(value)) : value.toPrecision(3);
}

/** Writes the result beside the earlier ones and gives its path. */
export function keepResult(root: string, command: string, figures: readonly Figure[]): string {
  const machine = describeMachine(root);
  const at = new Date().toISOString();
  const folder = join(root, "bench", "results");
  const name = `${at.slice(0, 16).replaceAll(":", "").replace("T", "-")}-${machine.commit}.json`;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `${JSON.stringify({ at, command, machine, figures }, null, 2)}\n`);
  return file;
}
