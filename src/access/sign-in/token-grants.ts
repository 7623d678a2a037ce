// `/oauth/token`: tokens that live a day, for a client's own rights, or for those of a user who gives the
// client their password, and again for a refresh token, which is good for one use.

import { err, ok, type Result } from "../../model/result.ts";
import { ACCESS_LIMITS } from "../access-limits.ts";
import type { AccessWorld } from "../access-world.ts";
import { callerOfUser, saltOf } from "../identify.ts";
import { removalOf } from "../sign-out.ts";
import { numberKey, type StoredToken, type StoredUser } from "../stored-values.ts";
import { TokenBuckets } from "../token-buckets.ts";
import {
  hashToken,
  isHashOf,
  newToken,
  parseToken,
  printToken,
  type TokenText,
} from "../token-text.ts";
import { expiredRecords } from "../tokens.ts";
import type { SignIn } from "./sign-in.ts";

export interface GrantRequest {
  /** As HTTP Basic gives them; null where it gives none. */
  readonly client: { readonly id: string; readonly secret: string } | null;
  readonly grantType: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly refreshToken: string | null;
  readonly address: string;
}

/** As documented. */
export interface GrantedTokens {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly refresh_token?: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: "read" | "read write";
}

/** The words of RFC 6749, 5.2, and "too_often" with the time to wait. */
export interface GrantFault {
  readonly error:
    | "invalid_client"
    | "invalid_grant"
    | "invalid_request"
    | "unsupported_grant_type"
    | "too_often";
  readonly description: string;
  readonly retryMs?: number;
}

type Granted = Promise<Result<GrantedTokens, GrantFault>>;

const SECOND_MS = 1_000;

export class TokenGrants {
  readonly #world: AccessWorld;
  readonly #signIn: SignIn;
  /** Tokens are kept until some time after they have expired: nobody gets them by the thousands. */
  readonly #byClient = new TokenBuckets({ burst: 60, refillMs: 10 * SECOND_MS });
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(world: AccessWorld, signIn: SignIn) {
    this.#world = world;
    this.#signIn = signIn;
  }

  async grant(request: GrantRequest): Granted {
    const client = await this.#findClient(request);
    if (client === null) {
      return refuse("invalid_client", "Expected HTTP Basic with the ID of a token and the token.");
    }
    const retryMs = this.#byClient.take(client.id, this.#world.now());
    if (retryMs > 0) return tooOften(retryMs);
    await this.#sweep();
    switch (request.grantType) {
      case "client_credentials":
        return this.#add([this.#stored(client, "access", null)], client);
      case "password":
        return this.#grantByPassword(client, request);
      case "refresh_token":
        return this.#grantAgain(client, request.refreshToken);
      case null:
        return refuse("invalid_request", "Expected grant_type.");
      default:
        return refuse(
          "unsupported_grant_type",
          "Expected password, refresh_token or client_credentials as grant_type.",
        );
    }
  }

  async #findClient({ client }: GrantRequest): Promise<StoredToken | null> {
    const text = client && parseToken(client.secret);
    if (text?.id !== client?.id || text === null) return null;
    const token = await this.#world.records.readNow("token", text.id);
    const isGood = token?.use === "api" && isHashOf(token.hash, text);
    if (!isGood) return null;
    return token.expiresAt === null || token.expiresAt > this.#world.now() ? token : null;
  }

  async #grantByPassword(client: StoredToken, request: GrantRequest): Granted {
    const { username, password, address } = request;
    if (username === null || password === null) {
      return refuse("invalid_request", "Expected username and password.");
    }
    const user = await this.#signIn.check({ username, password, address });
    if (user.ok) return this.#add(this.#pair(client, user.value), client);
    if (user.error.kind === "too-often") return tooOften(user.error.retryMs);
    return refuse("invalid_grant", "The name or the password is wrong, or the user is locked.");
  }

  async #grantAgain(client: StoredToken, given: string | null): Granted {
    const { records } = this.#world;
    const text = given === null ? null : parseToken(given);
    if (text === null) return refuse("invalid_grant", UNKNOWN_REFRESH);
    const done = await records.change(async () => {
      const token = await records.readNow("token", text.id);
      if (token === null || !(await this.#isGood(token, { text, client }))) {
        return ok({ records: [], value: null });
      }
      const user = await this.#findUser(token);
      if (user === null) return ok({ records: [], value: null });
      const made = this.#pair(client, user);
      return ok({ records: [...removalOf(token.id), ...made.map(recordOf)], value: made });
    });
    if (!done.ok || done.value === null) return refuse("invalid_grant", UNKNOWN_REFRESH);
    return ok(answerOf(done.value, client));
  }

  async #isGood(
    token: StoredToken,
    { text, client }: { readonly text: TokenText; readonly client: StoredToken },
  ): Promise<boolean> {
    if (token.use !== "refresh" || token.clientId !== client.id) return false;
    if (!isHashOf(token.hash, text) || (token.expiresAt ?? 0) <= this.#world.now()) return false;
    const user = await this.#findUser(token);
    if (user === null || saltOf(user) !== token.passwordSalt) return false;
    return (await callerOfUser(this.#world, user)) !== null;
  }

  #findUser({ userId }: StoredToken): Promise<StoredUser | null> {
    return this.#world.records.readNow("user", numberKey(userId ?? 0));
  }

  async #add(made: readonly NewToken[], client: StoredToken): Granted {
    await this.#world.records.add(made.map(recordOf));
    return ok(answerOf(made, client));
  }

  #pair(client: StoredToken, user: StoredUser): readonly NewToken[] {
    return [this.#stored(client, "access", user), this.#stored(client, "refresh", user)];
  }

  #stored(client: StoredToken, use: "access" | "refresh", user: StoredUser | null): NewToken {
    const text = newToken();
    const now = this.#world.now();
    const livesMs = use === "access" ? ACCESS_LIMITS.accessTokenMs : ACCESS_LIMITS.refreshTokenMs;
    const stored: StoredToken = {
      ...{ id: text.id, name: client.name, hash: hashToken(text), use },
      grant: user === null ? client.grant : null,
      userId: user?.userId ?? null,
      passwordSalt: user && saltOf(user),
      limits: client.limits,
      ...{
        clientId: client.id,
        createTime: now,
        crUID: user?.userId ?? 0,
        expiresAt: now + livesMs,
      },
    };
    return { text: printToken(text), stored };
  }

  async #sweep(): Promise<void> {
    const now = this.#world.now();
    if (Math.abs(now - this.#sweptAt) < ACCESS_LIMITS.lastUseMs) return;
    this.#sweptAt = now;
    const gone = expiredRecords(await this.#world.records.listNow("token"), now);
    if (gone.length > 0) await this.#world.records.add(gone);
  }
}

const UNKNOWN_REFRESH = "The refresh token is unknown, used or expired.";

interface NewToken {
  readonly text: string;
  readonly stored: StoredToken;
}

function recordOf({ stored }: NewToken) {
  return { kind: "token", id: stored.id, value: stored };
}

function answerOf(made: readonly NewToken[], client: StoredToken): GrantedTokens {
  const [access, refresh] = made;
  return {
    access_token: access?.text ?? "",
    token_type: "bearer",
    ...(refresh !== undefined && { refresh_token: refresh.text }),
    expires_in: ACCESS_LIMITS.accessTokenMs / SECOND_MS,
    scope: client.limits?.isReadOnly ? "read" : "read write",
  };
}

function tooOften(retryMs: number): Result<never, GrantFault> {
  return err({ error: "too_often", description: "Too many tries; wait a little.", retryMs });
}

function refuse(error: GrantFault["error"], description: string): Result<never, GrantFault> {
  return err({ error, description });
}
