// Passwords are kept as scrypt makes them. The cost is one of those that OWASP's "Password Storage Cheat Sheet"
// recommends (32 MiB, parallelism 3); each hash names its own, so that another cost can follow.

import { randomBytes, randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { ACCESS_LIMITS } from "./access-limits.ts";
import type { PasswordCost, PasswordHash, StoredPassword } from "./stored-values.ts";

export const PASSWORD_COST: PasswordCost = { n: 2 ** 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Of the cost's memory: OpenSSL needs a little more than the bare number. */
const MEMORY_FACTOR = 2;
const BLOCK_BYTES = 128;
/** Each takes 32 MiB and a thread for a fraction of a second. */
const MAX_AT_ONCE = 2;

let atWork = 0;
const waiting: (() => void)[] = [];

export async function hashPassword(password: string, cost: PasswordCost): Promise<PasswordHash> {
  const salt = newSalt();
  return { salt, hash: await derive(password, { salt, cost }), cost };
}

export async function isPassword(password: string, kept: PasswordHash): Promise<boolean> {
  const hash = await derive(password, kept);
  return timingSafeEqual(Buffer.from(hash, "base64url"), Buffer.from(kept.hash, "base64url"));
}

/** Takes as long as `isPassword`, for those who have none. */
export async function pretendToCheck(password: string, cost: PasswordCost): Promise<void> {
  await derive(password, { salt: "AAAAAAAAAAAAAAAAAAAAAA", cost });
}

export interface PasswordChange {
  readonly password: string;
  readonly cost: PasswordCost;
  /** Null where there was none. */
  readonly before: StoredPassword | null;
  readonly now: number;
  readonly temporaryUntil: number | null;
}

/** Null where it is one of the last ones. */
export async function changedPassword(change: PasswordChange): Promise<StoredPassword | null> {
  const { password, cost, before, now, temporaryUntil } = change;
  const former = before?.former ?? { salt: newSalt(), cost, hashes: [] };
  if (temporaryUntil !== null) {
    // Nobody chose it, and nobody keeps it: it counts among none.
    const current = await hashPassword(password, cost);
    return { current, former, changedAt: now, temporaryUntil };
  }
  const [current, hash] = await Promise.all([
    hashPassword(password, cost),
    derive(password, former),
  ]);
  if (former.hashes.includes(hash)) return null;
  const hashes = [hash, ...former.hashes].slice(0, ACCESS_LIMITS.formerPasswords);
  return { current, former: { ...former, hashes }, changedAt: now, temporaryUntil };
}

const LETTERS = "abcdefghijkmnopqrstuvwxyz";
const CAPITALS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS = "23456789";
const SIGNS = "-+=";

/** One that keeps the rules, and can be read aloud: 69 bits. */
export function temporaryPassword(): string {
  const pick = (characters: string): string => characters[randomInt(characters.length)] ?? "";
  const some = (): string => [LETTERS, CAPITALS, LETTERS, DIGITS].map(pick).join("");
  return [some(), some(), some(), some()].join(pick(SIGNS));
}

async function derive(
  password: string,
  { salt, cost: { n, r, p } }: { readonly salt: string; readonly cost: PasswordCost },
): Promise<string> {
  if (atWork >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else atWork++;
  try {
    const maxmem = BLOCK_BYTES * n * r * MEMORY_FACTOR;
    return await new Promise((resolve, reject) => {
      const bytes = Buffer.from(salt, "base64url");
      scrypt(password, bytes, HASH_BYTES, { N: n, r, p, maxmem }, (fault, hash) => {
        if (fault === null) resolve(hash.toString("base64url"));
        else reject(fault);
      });
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) atWork--;
    else next();
  }
}

function newSalt(): string {
  return randomBytes(SALT_BYTES).toString("base64url");
}
