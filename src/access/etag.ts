// Which state of an object a caller knows: the `ETag` of answers, and `If-Match` of calls.

import { createHash } from "node:crypto";

/** Another one whenever the state, as JSON, is another. */
export function etagOfState(state: unknown): string {
  const text = JSON.stringify(state);
  return `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}

/** Of all definitions together: each change of them is a revision of its own. */
export function etagOfRevision(revision: number): string {
  return `"revision-${revision}"`;
}

/** `ifMatch` is the header; null where it was not sent: then the caller does not say what it knows. */
export function isStale(etag: string, ifMatch: string | null): boolean {
  if (ifMatch === null || ifMatch.trim() === "*") return false;
  return !ifMatch.split(",").some((each) => each.trim() === etag);
}
