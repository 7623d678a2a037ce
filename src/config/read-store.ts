// What `--store` names: an engine, and how it is used.

import { err, ok, type Result } from "../model/result.ts";

export type StoreChoice = { readonly kind: "lmdb" } | RedisChoice;

/** Servers of Redis or Valkey: some of a cluster, or one that is none. */
export interface RedisChoice {
  readonly kind: "redis";
  /** `host:port`, IPv6 addresses in brackets. */
  readonly seeds: readonly string[];
  readonly isEncrypted: boolean;
  readonly username: string | null;
  readonly password: string | null;
  /** Replicas that must have what is stored before it is answered. */
  readonly replicas: number;
  /** How long they may take for it. */
  readonly replicaPatienceMs: number;
  /** How long a server may take to answer. */
  readonly timeoutMs: number;
}

const SEED_HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$/;
const REDIS_URL = /^redis(s?):\/\/([^?]+)(?:\?(.*))?$/;

const DEFAULT_TIMEOUT_MS = 1_000;
const DEFAULT_REPLICA_PATIENCE_MS = 500;
const NUMBERS = {
  wait: { from: 0, to: 10 },
  waitMs: { from: 1, to: 10_000 },
  timeoutMs: { from: 10, to: 10_000 },
} as const;

const EXPECTED =
  "lmdb: or redis://host:port,host:port (rediss:// where it is encrypted), which may end in ? and " +
  "wait (0 to 10 replicas), waitMs (1 to 10000), timeoutMs (10 to 10000), username, password";

export function readStore(text: string): Result<StoreChoice, string> {
  if (text === "lmdb:") return ok({ kind: "lmdb" });
  const [, encrypted = "", hosts = "", query = ""] = REDIS_URL.exec(text) ?? [];
  const seeds = hosts.split(",");
  if (!seeds.every((seed) => SEED_HOST.test(seed))) return err(EXPECTED);
  const options = readOptions(query);
  return options === null
    ? err(EXPECTED)
    : ok({ kind: "redis", seeds, isEncrypted: encrypted === "s", ...options });
}

type Options = Omit<RedisChoice, "kind" | "seeds" | "isEncrypted">;

/** Null where one is unknown, given twice or no number in its range. */
function readOptions(query: string): Options | null {
  const numbers = new Map<string, number>();
  const texts = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (numbers.has(name) || texts.has(name)) return null;
    if (name === "username" || name === "password") {
      texts.set(name, value);
      continue;
    }
    if (name !== "wait" && name !== "waitMs" && name !== "timeoutMs") return null;
    const { from, to } = NUMBERS[name];
    const number = Number(value);
    if (!/^[0-9]{1,5}$/.test(value) || number < from || number > to) return null;
    numbers.set(name, number);
  }
  return {
    username: texts.get("username") ?? null,
    password: texts.get("password") ?? null,
    replicas: numbers.get("wait") ?? 0,
    replicaPatienceMs: numbers.get("waitMs") ?? DEFAULT_REPLICA_PATIENCE_MS,
    timeoutMs: numbers.get("timeoutMs") ?? DEFAULT_TIMEOUT_MS,
  };
}
