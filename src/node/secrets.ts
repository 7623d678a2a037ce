// The two secrets of a node. The administrator's token is kept only as a hash. The root secret, from which
// visitor IDs are derived, is kept as it is when Dunlin made it; one that the operator gives is theirs to
// keep, and only enough of it stays here to notice that another one was given.

import { createHash, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { ConfigFault } from "../config/read-config.ts";
import { SETTINGS } from "../config.ts";
import type { GroupStore } from "../group/group-store.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { readFileIfThere, writeFileAtomically } from "./data-folder.ts";

const TOKEN_HASH_FILE = "admin-token.sha256";
const SECRET_FILE = "root-secret";
const FINGERPRINT_FILE = "root-secret.fingerprint";
/** All that a data folder may hold of them. */
export const SECRET_FILES = [TOKEN_HASH_FILE, SECRET_FILE, FINGERPRINT_FILE] as const;
/** What its fingerprint is called in a store of several nodes. */
const SECRET_NAME = "root-secret";
const SECRET_BYTES = 32;

export interface AdminToken {
  matches(token: string): boolean;
  /** The token itself where it was made just now: shown once, never again. */
  readonly made: string | null;
  /** Keeps one that was made, for the starts to come: to be called when it is shown, and not before. */
  keep(): void;
}

/** A token of the operator's counts for this run and is not kept. */
export function prepareAdminToken(folder: string, given: string | null): AdminToken {
  if (given !== null) return adminToken(hashToken(given), null);
  const path = join(folder, TOKEN_HASH_FILE);
  const kept = readFileIfThere(path)?.trim();
  if (kept !== undefined) return adminToken(Buffer.from(kept, "hex"), null);
  const made = `dunlin_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  // Not yet: a start that comes to nothing shows no token, and the next one makes another.
  const keep = () => writeFileAtomically(path, `${hashToken(made).toString("hex")}\n`);
  return { ...adminToken(hashToken(made), made), keep };
}

/** Where nodes that share a store keep what must be the same for all of them. */
type SharedStore = Pick<GroupStore, "keep">;

/**
 * The root secret, or a fault where it is not the one that this folder's IDs, or those of the other nodes of
 * its store, were made with.
 */
export async function prepareRootSecret(
  folder: string,
  given: string | null,
  shared: SharedStore | null = null,
): Promise<Result<Uint8Array, ConfigFault>> {
  const fingerprintPath = join(folder, FINGERPRINT_FILE);
  const secretPath = join(folder, SECRET_FILE);
  const fingerprint = readFileIfThere(fingerprintPath)?.trim();
  const kept = readFileIfThere(secretPath)?.trim();
  if (given === null && kept === undefined && fingerprint !== undefined) {
    return secretFault(
      `Expected the secret that this data folder was first started with: give it by --secret or ${SETTINGS.secret.environment}. With another one the visitor IDs of all partners would change.`,
    );
  }
  const secret = given ?? kept ?? randomBytes(SECRET_BYTES).toString("base64url");
  if (fingerprint !== undefined && !fits(secret, fingerprint)) {
    return secretFault(
      `Differs from the secret that this data folder was first started with: with another one the visitor IDs of all partners would change. To change it all the same, remove ${fingerprintPath}.`,
    );
  }
  if (shared !== null && !fits(secret, await shared.keep(SECRET_NAME, takeFingerprint(secret)))) {
    return secretFault(
      `Differs from the secret of the nodes that share this store: give every one of them the same by --secret or ${SETTINGS.secret.environment}. With different ones the visitor IDs of all partners would change from node to node.`,
    );
  }
  // Nothing is kept of a start that came to nothing.
  if (given === null && kept === undefined) writeFileAtomically(secretPath, `${secret}\n`);
  if (fingerprint === undefined)
    writeFileAtomically(fingerprintPath, `${takeFingerprint(secret)}\n`);
  return ok(Buffer.from(secret, "utf8"));
}

function secretFault(message: string): Result<never, ConfigFault> {
  return err({ where: SETTINGS.secret.option, code: "E_IMMUTABLE", message });
}

function adminToken(expected: Buffer, made: string | null): AdminToken {
  return {
    // Hashes have one length and say nothing of the token, so the comparison takes one time for all.
    matches: (token) => timingSafeEqual(hashToken(token), expected),
    made,
    keep: () => {},
  };
}

function hashToken(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** Slow on purpose: an operator's secret may be a word that can be guessed. */
function takeFingerprint(secret: string, salt = randomBytes(16).toString("hex")): string {
  return `${salt}:${scryptSync(secret, salt, SECRET_BYTES).toString("hex")}`;
}

function fits(secret: string, fingerprint: string): boolean {
  const [salt = ""] = fingerprint.split(":");
  return takeFingerprint(secret, salt) === fingerprint;
}
