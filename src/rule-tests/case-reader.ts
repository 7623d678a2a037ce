// Reads values of a file of cases one by one, and notes every fault with its place.

import type { Fault } from "@dunlin/contract/workspace";
import { nearestWord } from "../catalog/nearest-word.ts";

export type Given = Readonly<Record<string, unknown>>;

export class CaseReader {
  readonly faults: Fault[] = [];

  fault(at: string, code: string, message: string): undefined {
    this.faults.push({ at, code, message });
    return undefined;
  }

  /** An object with no other keys than these. */
  object(given: unknown, at: string, keys: readonly string[]): Given | undefined {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      return this.fault(at, "E_TYPE", `Expected an object with ${keys.join(", ")}.`);
    }
    for (const key of Object.keys(given)) {
      if (keys.includes(key)) continue;
      const meant = nearestWord(key, keys);
      const help = meant === null ? `expected ${keys.join(", ")}` : `did you mean "${meant}"?`;
      const message = `Unknown key "${key}"; ${help}${meant === null ? "." : ""}`;
      this.fault(`${at}/${key}`, "E_UNKNOWN_KEY", message);
    }
    // An object that came from JSON or YAML.
    return given as Given;
  }

  /** A list, or one thing in place of a list of it; nothing is an empty list. */
  list(given: unknown): readonly unknown[] {
    if (given === undefined || given === null) return [];
    return Array.isArray(given) ? given : [given];
  }

  text(given: unknown, at: string): string | undefined {
    if (typeof given === "string" && given.trim() !== "") return given;
    return this.fault(at, "E_TYPE", "Expected a text that is not blank.");
  }

  number(given: unknown, at: string, { min, max }: { readonly min: number; readonly max: number }) {
    if (typeof given === "number" && given >= min && given <= max) return given;
    return this.fault(at, "E_VALUE", `Expected a number from ${min} to ${max}.`);
  }

  /** Milliseconds since the epoch of such as 2026-01-31T12:00:00Z. */
  time(given: unknown, at: string): number | undefined {
    const text = typeof given === "string" ? given : "";
    const time = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
    if (time >= 0) return time;
    return this.fault(at, "E_VALUE", "Expected a time such as 2026-01-31T12:00:00Z.");
  }
}

const RFC_3339 =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})$/i;
