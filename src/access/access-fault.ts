// What can become of an order about users, groups and tokens besides being carried out.

import type { Fault } from "@dunlin/contract/workspace";
import { err } from "../model/result.ts";
import { etagOfState, isStale } from "./etag.ts";

export type AccessFault =
  /** What was given is not as expected. */
  | { readonly kind: "invalid"; readonly message: string; readonly faults: readonly Fault[] }
  | { readonly kind: "unknown"; readonly message: string; readonly faults?: readonly Fault[] }
  | { readonly kind: "forbidden"; readonly message: string }
  | { readonly kind: "conflict"; readonly message: string; readonly faults?: readonly Fault[] }
  | { readonly kind: "limit"; readonly message: string }
  /** The caller knows an older state. */
  | { readonly kind: "stale"; readonly message: string }
  /** Other nodes were faster, again and again. */
  | { readonly kind: "busy"; readonly message: string };

interface Refused<Kind extends AccessFault["kind"]> {
  readonly ok: false;
  readonly error: Extract<AccessFault, { readonly kind: Kind }>;
}

/** One thing that is wrong with what was given. */
export function invalid(at: string, message: string): Refused<"invalid"> {
  return err({ kind: "invalid", message, faults: [{ at, code: "E_VALUE", message }] });
}

export function unknown(message: string): Refused<"unknown"> {
  return err({ kind: "unknown", message });
}

/** Of several that were named, those that there are not. */
export function missing(noun: string, ids: readonly number[]): Refused<"unknown"> {
  const faults = ids.map((id) => ({
    ...{ at: "", code: "E_UNKNOWN_REFERENCE", message: `There is no ${noun} ${id}.` },
  }));
  return err({ kind: "unknown", message: `There is no ${noun} ${ids.join(", ")}.`, faults });
}

export function forbidden(message: string): Refused<"forbidden"> {
  return err({ kind: "forbidden", message });
}

export function conflict(message: string, faults?: readonly Fault[]): Refused<"conflict"> {
  return err({ kind: "conflict", message, ...(faults !== undefined && { faults }) });
}

/** Null where the caller knows the object as it is, or does not say what it knows. */
export function refuseStale(shown: object, ifMatch: string | null = null): Refused<"stale"> | null {
  const etag = etagOfState(shown);
  if (!isStale(etag, ifMatch)) return null;
  return err({
    kind: "stale",
    message: `It has changed since it was read: its ETag is ${etag}.`,
  });
}

export function limitReached(message: string): Refused<"limit"> {
  return err({ kind: "limit", message });
}
