import { hkdfSync } from "node:crypto";

const DERIVED_BYTES = 32;

/**
 * A secret of 32 bytes for one purpose, derived from the installation's root secret by HKDF-SHA-256. Who
 * learns one of them learns neither the root nor the others. The label names the purpose and is fixed
 * for ever: what was made with a label can only be read with it.
 */
export function deriveSecret(root: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", root, new Uint8Array(0), label, DERIVED_BYTES));
}
