import { createHmac } from "node:crypto";

const VERSION = 1;
const SIGNED_BYTES = 7;
const SIGNATURE_BYTES = 9;
/** The time in a blob is an hour: nobody needs to know more of when it was made. */
const HOUR_MS = 3_600_000;

/**
 * The opaque value that clients of the visitor ID service hand back and that nothing here reads: version,
 * region, hour and a cut signature, 16 bytes in URL-safe base64 ("DCS and visitor-ID service", Response
 * object).
 */
export function buildBlob(secret: Uint8Array, region: number, nowMs: number): string {
  const blob = Buffer.alloc(SIGNED_BYTES + SIGNATURE_BYTES);
  blob.writeUInt8(VERSION, 0);
  blob.writeUInt16BE(region & 0xffff, 1);
  blob.writeUInt32BE(Math.floor(nowMs / HOUR_MS) >>> 0, 3);
  const signature = createHmac("sha256", secret).update(blob.subarray(0, SIGNED_BYTES)).digest();
  signature.copy(blob, SIGNED_BYTES, 0, SIGNATURE_BYTES);
  return blob.toString("base64url");
}
