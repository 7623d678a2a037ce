// Tokens as callers hold them: `dunlin_<id>_<secret>`. The ID finds the record, and may be shown; what is kept
// of the whole is its hash.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export interface TokenText {
  readonly id: string;
  readonly secret: string;
}

const ID_BYTES = 8;
const SECRET_BYTES = 32;
const TOKEN = /^dunlin_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export function newToken(): TokenText {
  return {
    id: randomBytes(ID_BYTES).toString("hex"),
    secret: randomBytes(SECRET_BYTES).toString("base64url"),
  };
}

export function printToken({ id, secret }: TokenText): string {
  return `dunlin_${id}_${secret}`;
}

/** Null where it is no token of ours. */
export function parseToken(text: string): TokenText | null {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** 256 bits of chance need no slow hash. */
export function hashToken(token: TokenText): string {
  return digest(printToken(token)).toString("base64url");
}

export function isHashOf(hash: string, token: TokenText): boolean {
  // Hashes have one length, so the comparison takes one time for all.
  return timingSafeEqual(digest(printToken(token)), Buffer.from(hash, "base64url"));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
