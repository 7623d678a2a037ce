// Names and passwords: checked no faster than they may be guessed, taking one time for all who get it wrong,
// and remembered in the audit log. Five wrong ones lock a user.

import type { ControlRecord } from "../../control/control-store.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { ACCESS_LIMITS } from "../access-limits.ts";
import type { AccessWorld } from "../access-world.ts";
import { type AuditEntry, auditRecord } from "../audit.ts";
import { callerOfUser } from "../identify.ts";
import { isPassword, pretendToCheck } from "../password-hash.ts";
import { signOut } from "../sign-out.ts";
import { numberKey, type StoredUser } from "../stored-values.ts";
import { TokenBuckets } from "../token-buckets.ts";
import { nameKey } from "../users.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** Where the call comes from. */
  readonly address: string;
}

export type SignInFault =
  /** Which of them it is nobody is told. */
  { readonly kind: "wrong" } | { readonly kind: "too-often"; readonly retryMs: number };

const SECOND_MS = 1_000;

export class SignIn {
  readonly #world: AccessWorld;
  readonly #byName = new TokenBuckets({ burst: 10, refillMs: 60 * SECOND_MS });
  readonly #byAddress = new TokenBuckets({ burst: 30, refillMs: 6 * SECOND_MS });
  /** Each costs memory and a thread for a while, whoever asks. */
  readonly #all = new TokenBuckets({ burst: 60, refillMs: SECOND_MS / 4 });

  constructor(world: AccessWorld) {
    this.#world = world;
  }

  /** The user, if it is them and they may sign in. */
  async check(given: Credentials): Promise<Result<StoredUser, SignInFault>> {
    const retryMs = this.#wait(given);
    if (retryMs > 0) return err({ kind: "too-often", retryMs });
    const { records, passwordCost } = this.#world;
    const named = await records.readNow("username", nameKey(given.username));
    const user = named && (await records.readNow("user", numberKey(named.userId)));
    const kept = user?.password?.current ?? null;
    if (kept === null) await pretendToCheck(given.password, passwordCost);
    const isRight = kept !== null && (await isPassword(given.password, kept));
    if (user === null || !isRight) {
      await this.#noteWrong(user, given.address);
      return err({ kind: "wrong" });
    }
    return this.#signIn(user, given.address);
  }

  #wait({ username, address }: Credentials): number {
    const now = this.#world.now();
    // A name is asked for its digest: keys have one length, whatever is sent.
    return (
      this.#byAddress.take(address, now) ||
      this.#byName.take(nameKey(username), now) ||
      this.#all.take("", now)
    );
  }

  async #signIn(checked: StoredUser, address: string): Promise<Result<StoredUser, SignInFault>> {
    const { records } = this.#world;
    const entry = this.#entry("login", checked, { address });
    if (checked.failures === 0) {
      const caller = await callerOfUser(this.#world, checked);
      await records.add([
        caller === null ? this.#entry("login.failed", checked, { address }) : entry,
      ]);
      return caller === null ? err({ kind: "wrong" }) : ok(checked);
    }
    const done = await records.change(async () => {
      const user = await records.readNow("user", numberKey(checked.userId));
      // Locked, or given another password meanwhile.
      const isSame = user?.password?.current.hash === checked.password?.current.hash;
      if (user === null || !isSame || (await callerOfUser(this.#world, user)) === null) {
        const failed = this.#entry("login.failed", checked, { address });
        return ok({ records: [failed], value: null });
      }
      const forgiven = { ...user, failures: 0 };
      const record = { kind: "user", id: numberKey(user.userId), value: forgiven };
      return ok({ records: [record, entry], value: forgiven });
    });
    return done.ok && done.value !== null ? ok(done.value) : err({ kind: "wrong" });
  }

  async #noteWrong(checked: StoredUser | null, address: string): Promise<void> {
    const { records } = this.#world;
    // A name that nobody has may be a password in the wrong field: it is kept nowhere.
    const entry = this.#entry("login.failed", checked, { address });
    if (checked?.status !== "ACTIVE") return records.add([entry]);
    await records.change(async () => {
      const user = await records.readNow("user", numberKey(checked.userId));
      if (user?.status !== "ACTIVE") return ok({ records: [entry], value: null });
      const failures = user.failures + 1;
      const isLocked = failures >= ACCESS_LIMITS.failedLogins;
      const next: StoredUser = { ...user, failures, status: isLocked ? "LOCKED" : "ACTIVE" };
      const changed: ControlRecord[] = [
        { kind: "user", id: numberKey(user.userId), value: next },
        entry,
      ];
      if (isLocked) {
        changed.push(this.#entry("user.locked", user, { failures }));
        changed.push(...(await signOut(records, user.userId)));
      }
      return ok({ records: changed, value: null });
    });
  }

  #entry(change: string, user: StoredUser | null, after: AuditEntry["after"]): ControlRecord {
    const { userId = null, pid = null, username = "" } = user ?? {};
    const isTheirs = change === "login" && userId !== null;
    return auditRecord({
      at: this.#world.now(),
      change,
      by: isTheirs ? { kind: "user", id: String(userId), name: username, userId } : null,
      pid,
      objectType: "user",
      objectId: userId === null ? "" : String(userId),
      before: null,
      after,
    });
  }
}
