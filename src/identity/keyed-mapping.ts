// The mapping of new installations: a Feistel network of four rounds, keyed by the root secret. Without
// the secret nobody can link the MIDs that two partners see of one device.

import { createHmac } from "node:crypto";
import { deriveSecret } from "./derive-secret.ts";
import { type Halves, mappingOf } from "./halves.ts";
import type { IdMapping } from "./id-mapping.ts";

// Fixed for ever: with another label every MID would change.
const KEY_LABEL = "dunlin id mapping v1";
const ROUNDS = 4;
const HALF_BYTES = 8;

export function keyedMapping(orgId: string, secret: Uint8Array): IdMapping {
  const round = roundFunction(deriveSecret(secret, KEY_LABEL), orgId);
  return mappingOf(
    (halves) => encipher(halves, round),
    (halves) => decipher(halves, round),
  );
}

type RoundFunction = (index: number, half: bigint) => bigint;

/** `(L, R) → (R, L xor F(R))`, four times. */
function encipher({ high, low }: Halves, round: RoundFunction): Halves {
  let left = high;
  let right = low;
  for (let index = 0; index < ROUNDS; index++) {
    [left, right] = [right, left ^ round(index, right)];
  }
  return { high: left, low: right };
}

function decipher({ high, low }: Halves, round: RoundFunction): Halves {
  let left = high;
  let right = low;
  for (let index = ROUNDS - 1; index >= 0; index--) {
    [left, right] = [right ^ round(index, left), left];
  }
  return { high: left, low: right };
}

/** The first 63 bits of HMAC-SHA-256(key, round ‖ org ID ‖ half). */
function roundFunction(key: Uint8Array, orgId: string): RoundFunction {
  const org = Buffer.from(orgId, "utf8");
  // One message, refilled: HMAC reads it before anybody else gets to run.
  const message = Buffer.alloc(1 + org.length + HALF_BYTES);
  message.set(org, 1);
  return (index, half) => {
    message[0] = index;
    message.writeBigUInt64BE(half, 1 + org.length);
    return createHmac("sha256", key).update(message).digest().readBigUInt64BE(0) >> 1n;
  };
}
