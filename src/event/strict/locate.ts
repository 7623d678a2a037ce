// Where the parameters of a call begin. A call is read without knowing: only one that asks for places is
// read once more, here.

import type { RawCall } from "../parse/raw-call.ts";
import { findBadPercent, percentDecode } from "../percent.ts";

export interface LocatedParameter {
  /** Decoded. */
  readonly name: string;
  /** Octets from the beginning of the request target, or of the body. */
  readonly start: number;
  /** From the parameter's beginning to the octet behind it. */
  readonly octets: string;
  readonly isInBody: boolean;
}

/** All parameters in the order and with the numbers of `Parameters`: the query's, then the body's. */
export function locateParameters({ target, body }: Pick<RawCall, "target" | "body">) {
  const mark = target.indexOf("?");
  return [
    ...(mark === -1 ? [] : pairsOf(target, mark + 1, false)),
    ...(body === null ? [] : pairsOf(body, 0, true)),
  ];
}

function pairsOf(octets: string, from: number, isInBody: boolean): LocatedParameter[] {
  const found: LocatedParameter[] = [];
  let start = from;
  for (const pair of octets.slice(from).split("&")) {
    if (pair !== "") found.push({ name: nameOf(pair), start, octets: pair, isInBody });
    start += pair.length + 1;
  }
  return found;
}

function nameOf(pair: string): string {
  const [name = ""] = pair.split("=", 1);
  // A name that cannot be decoded is shown as it came.
  return findBadPercent(name) === -1 ? percentDecode(name) : name;
}

/** The decoded value of the first parameter of a name, or null. */
export function firstValueOf(parameters: readonly LocatedParameter[], name: string): string | null {
  const found = parameters.find((one) => one.name === name);
  if (found === undefined) return null;
  const equals = found.octets.indexOf("=");
  return equals === -1 ? "" : percentDecode(found.octets.slice(equals + 1));
}
