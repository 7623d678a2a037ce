// Sessions of the console: begun by a login, ended by a logout, by time, and with whatever signs a user out.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { ok } from "../../model/result.ts";
import { ACCESS_LIMITS } from "../access-limits.ts";
import type { AccessWorld } from "../access-world.ts";
import { auditRecord } from "../audit.ts";
import type { Caller } from "../caller.ts";
import { callerOfUser, saltOf } from "../identify.ts";
import { endOf } from "../sign-out.ts";
import { numberKey, type StoredSession, type StoredUser } from "../stored-values.ts";

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export interface OpenSession {
  readonly caller: Caller;
  /** When it ends whatever its user does. */
  readonly expiresAt: number;
}

export class Sessions {
  readonly #world: AccessWorld;

  constructor(world: AccessWorld) {
    this.#world = world;
  }

  /** Gives what the cookie is to hold. The session before, if there was one, ends. */
  async begin(user: StoredUser, former: string | null): Promise<string> {
    const { records } = this.#world;
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const now = this.#world.now();
    const session: StoredSession = {
      ...{ id: idOf(secret), userId: user.userId, passwordSalt: saltOf(user), createTime: now },
    };
    const added = [
      { kind: "session", id: session.id, value: session },
      { kind: "session-seen", id: session.id, value: { at: now } },
    ];
    const ended = await this.#overRecords(now);
    await records.change(async () => {
      const before = former === null ? [] : endOf(idOf(former));
      return ok({ records: [...ended, ...before, ...added], value: null });
    });
    return secret;
  }

  /** Null where there is none, or none any more. */
  async find(secret: string): Promise<OpenSession | null> {
    if (!SECRET.test(secret)) return null;
    const { records } = this.#world;
    const id = idOf(secret);
    const session = await records.read("session", id);
    const seen = await records.read("session-seen", id);
    if (session === null || seen === null) return null;
    const now = this.#world.now();
    const expiresAt = session.createTime + ACCESS_LIMITS.sessionMs;
    if (now >= expiresAt || now >= seen.at + ACCESS_LIMITS.sessionIdleMs) return null;
    const user = await records.read("user", numberKey(session.userId));
    if (user === null || saltOf(user) !== session.passwordSalt) return null;
    const caller = await callerOfUser(this.#world, user);
    if (caller === null) return null;
    if (now - seen.at >= ACCESS_LIMITS.sessionSeenMs) {
      await records.add([{ kind: "session-seen", id, value: { at: now } }]);
      records.remember("session-seen", id, { at: now });
    }
    return { caller, expiresAt };
  }

  async end(secret: string): Promise<void> {
    const { records } = this.#world;
    const id = idOf(secret);
    await records.change(async () => {
      const session = await records.readNow("session", id);
      if (session === null) return ok({ records: [], value: null });
      const user = await records.readNow("user", numberKey(session.userId));
      const entry = auditRecord({
        ...{ at: this.#world.now(), change: "logout", pid: user?.pid ?? null },
        by: {
          ...{ kind: "user", id: String(session.userId), userId: session.userId },
          name: user?.username ?? "",
        },
        ...{ objectType: "user", objectId: String(session.userId), before: null, after: null },
      });
      return ok({ records: [...endOf(id), entry], value: null });
    });
  }

  /** Sessions that nobody ended and that are over. */
  async #overRecords(now: number) {
    const sessions = await this.#world.records.listNow("session");
    return sessions
      .filter(({ createTime }) => createTime + ACCESS_LIMITS.sessionMs <= now)
      .flatMap(({ id }) => endOf(id));
  }
}

/** What changing calls of a session show: another site cannot read it. */
export function csrfTokenOf(secret: string): string {
  return createHash("sha256").update(`csrf ${secret}`).digest("base64url");
}

export function isCsrfTokenOf(secret: string, given: string): boolean {
  const expected = Buffer.from(csrfTokenOf(secret));
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

function idOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
