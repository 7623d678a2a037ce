// Why a call could not be read (error 311), found again for a caller who asked: what `parseCall` checks,
// in its order, with the octet at which it goes wrong.

import { readHeaders } from "../parse/headers.ts";
import { isFormType, isSafeCallback, MAX_BODY_BYTES, MAX_TARGET_BYTES } from "../parse/parse.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { findBadPercent } from "../percent.ts";
import { firstValueOf, type LocatedParameter, locateParameters } from "./locate.ts";
import { BODY, type Explanation, PATH, place } from "./places.ts";

export function explainUnreadable(raw: RawCall): Explanation {
  const { target, body } = raw;
  if (target.length > MAX_TARGET_BYTES) {
    const hint = `Keep path and query within ${MAX_TARGET_BYTES} octets, or send the parameters in the body of a POST.`;
    return { at: place(PATH, MAX_TARGET_BYTES), hint };
  }
  if (body !== null && body.length > MAX_BODY_BYTES) {
    return {
      at: place(BODY, MAX_BODY_BYTES),
      hint: `Keep the body within ${MAX_BODY_BYTES} octets.`,
    };
  }
  if (body !== null && body !== "" && !isFormType(readHeaders(raw.headers).contentType)) {
    const hint = "Send the body as `application/x-www-form-urlencoded`.";
    return { at: place("Content-Type", 0), hint };
  }
  const parameters = locateParameters(raw);
  const callback = parameters.find(({ name }) => name === "d_cb");
  if (callback !== undefined && !isSafeCallback(firstValueOf(parameters, "d_cb") ?? "")) {
    const hint =
      "Name a function by letters, digits, `_`, `$`, dots and indexes in brackets, in at most 128 characters.";
    return { at: place("d_cb", callback.start), hint };
  }
  return badPercent(parameters) ?? { at: place(PATH, 0), hint: "Send a well-formed request." };
}

function badPercent(parameters: readonly LocatedParameter[]): Explanation | null {
  for (const { name, start, octets, isInBody } of parameters) {
    const at = findBadPercent(octets);
    if (at === -1) continue;
    // A name that is broken itself is no name: it may be the rest of a value that was not encoded.
    const isInName = !octets.slice(0, at).includes("=");
    const named = isInName ? (isInBody ? BODY : PATH) : name;
    const hint =
      "Follow each `%` by two hexadecimal digits, and write a percent sign itself as `%25`.";
    return { at: place(named, start + at), hint };
  }
  return null;
}
