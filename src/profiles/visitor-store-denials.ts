import { assertNever } from "../model/result.ts";
import type { Denial, DeniedKey } from "./visitor-store.ts";

/** A text that no two denied keys share. */
export function deniedKeyText(key: DeniedKey): string {
  switch (key.kind) {
    case "device":
      return `d${key.device}`;
    case "customer":
      return `c${key.dataSourceId}:${key.id}`;
    case "dataSource":
      return `s${key.dataSourceId}`;
    default:
      return assertNever(key);
  }
}

/** An entry with an end holds until that moment, and not at it. */
export function isDenied({ until }: Pick<Denial, "until">, now: number): boolean {
  return until === null || now < until;
}
