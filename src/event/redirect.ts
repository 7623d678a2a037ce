// Where a redirect may lead, and how its address is spelt.

import { pageOf } from "./parse/headers.ts";
import { isOnHostList } from "./permit/permit.ts";

/** Anything that could end a header line, or hide in one. */
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/**
 * The `Location` for a target, or null where nobody may be sent there: it must be absolute http(s), free
 * of control characters, and its host on the list if there is one.
 */
export function locationOf(target: string, allowList: readonly string[] | null): string | null {
  if (CONTROL_CHARACTER.test(target)) return null;
  const page = pageOf(target);
  if (page === null) return null;
  if (allowList !== null && !isOnHostList(page.host, allowList)) return null;
  return encodeRest(target);
}

/** Blanks and what is no printable ASCII, percent-encoded as UTF-8; all else stays as the caller wrote it. */
function encodeRest(target: string): string {
  return target.toWellFormed().replace(/[^\u0021-\u007e]+/g, (text) => encodeURIComponent(text));
}
