// The management plane's users and tokens over a store in memory, with a clock that stands still and passwords
// that cost nothing to check.

import { type AccessControl, openAccess } from "../../src/access/access.ts";
import { type Caller, INSTALLATION_ADMINISTRATOR } from "../../src/access/caller.ts";
import type { ControlStore } from "../../src/control/control-store.ts";
import type { Result } from "../../src/model/result.ts";
import { MemoryControlStore } from "../../src/stores/memory/memory-control-store.ts";

export interface AccessBench extends AccessControl {
  readonly store: ControlStore;
  /** Of the clock that stands still. */
  time: { now: number; ticks: number };
  /** The access control of another node of the store. */
  another(): AccessControl;
  /** Everything that is kept, as text. */
  everything(): Promise<string>;
}

export const T0 = Date.UTC(2026, 0, 1, 12);
export const CHEAP = { n: 16, r: 1, p: 1 };
export const ADMIN: Caller = INSTALLATION_ADMINISTRATOR;

const KINDS = ["user", "username", "group", "token", "token-use", "session", "audit"];

export function openBench(passwordMs: number | null = null): AccessBench {
  const store = new MemoryControlStore();
  const time = { now: T0, ticks: 1_000 };
  const another = (): AccessControl =>
    openAccess({
      ...{ store, passwordCost: CHEAP, passwordMs, now: () => time.now, ticks: () => time.ticks },
      // Objects up to a hundred belong to partner 1.
      isDefined: async ({ pid, objectId }) => pid === 1 && objectId <= 100,
    });
  const everything = async (): Promise<string> =>
    JSON.stringify(await Promise.all(KINDS.map((kind) => store.list(kind))));
  return { ...another(), store, time, another, everything };
}

/** The value of what was done; a refusal fails the test. */
export function done<T>(outcome: Result<T, unknown>): T {
  if (!outcome.ok) throw new Error(`Refused: ${JSON.stringify(outcome.error)}`);
  return outcome.value;
}

/** What kind of refusal it is; something that was done fails the test. */
export function refusal(outcome: Result<unknown, { readonly kind: string }>): string {
  if (outcome.ok) throw new Error(`Not refused: ${JSON.stringify(outcome.value)}`);
  return outcome.error.kind;
}
