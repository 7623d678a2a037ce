import type { Fault } from "@dunlin/contract/workspace";
import type { ConfigFault } from "./read-config.ts";

/** How a run of the node ended. */
export interface RunOutcome {
  /** 0: stopped when asked; 1: it could not start or go on; 2: it was started wrongly; 3: there is something to do. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** What to tell the operator, a line for each fault. */
  readonly lines: readonly string[];
}

export const STOPPED: RunOutcome = { exitCode: 0, lines: [] };

export function couldNotStart(...lines: readonly string[]): RunOutcome {
  return { exitCode: 1, lines };
}

export function wronglyStarted(faults: readonly ConfigFault[]): RunOutcome {
  return { exitCode: 2, lines: faults.map(configLine) };
}

/** Where, code, what was expected. */
export function configLine({ where, code, message }: ConfigFault): string {
  return `${where}: ${code}: ${message}`;
}

export function faultyDocument(path: string, faults: readonly Fault[]): RunOutcome {
  return { exitCode: 2, lines: faults.map((fault) => documentLine(path, fault)) };
}

/** File, path in the document, code, what was expected. */
export function documentLine(path: string, { at, code, message, column }: Fault): string {
  const place = column === undefined ? "" : `, column ${column}`;
  return `${path}: ${at === "" ? "/" : at}${place}: ${code}: ${message}`;
}
