// The provider of logins, as OpenID Connect has it: authorization code with PKCE, state and nonce. The library
// checks signatures and all that an ID token must say.

import * as openid from "openid-client";
import type { Grant, RoleWith } from "../../../access/stored-values.ts";

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** The management plane as browsers reach it. */
  readonly base: string;
  readonly claim: string;
  readonly roles: readonly {
    readonly value: string;
    /** Null: the installation. */
    readonly pid: number | null;
    readonly role: RoleWith["role"];
  }[];
}

/** What has to come back as it went: kept by the browser meanwhile. */
export interface OidcAttempt {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export interface OidcPerson {
  readonly issuer: string;
  readonly subject: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly grant: Grant;
}

export class OidcClient {
  readonly #settings: OidcSettings;
  #found: Promise<openid.Configuration> | null = null;

  constructor(settings: OidcSettings) {
    this.#settings = settings;
  }

  /** Where the browser is to go. Rejects where the provider cannot be reached. */
  async begin(): Promise<{ readonly url: string; readonly attempt: OidcAttempt }> {
    const provider = await this.#provider();
    const attempt = {
      verifier: openid.randomPKCECodeVerifier(),
      state: openid.randomState(),
      nonce: openid.randomNonce(),
    };
    const url = openid.buildAuthorizationUrl(provider, {
      redirect_uri: this.#redirect(),
      scope: "openid profile email",
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: "S256",
      state: attempt.state,
      nonce: attempt.nonce,
    });
    return { url: url.href, attempt };
  }

  /** Who came back. Rejects where anything is not as the provider must have it. */
  async finish(query: string, attempt: OidcAttempt): Promise<OidcPerson> {
    const provider = await this.#provider();
    const tokens = await openid.authorizationCodeGrant(
      provider,
      new URL(`${this.#redirect()}${query}`),
      {
        pkceCodeVerifier: attempt.verifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      },
    );
    const claims = tokens.claims();
    if (claims === undefined) throw new Error("The provider gave no ID token.");
    const email = textOf(claims["email"]);
    return {
      issuer: claims.iss,
      subject: claims.sub,
      username: textOf(claims["preferred_username"]) || email || claims.sub,
      firstName: textOf(claims["given_name"]),
      lastName: textOf(claims["family_name"]),
      email,
      grant: this.#grantOf(claims[this.#settings.claim]),
    };
  }

  #grantOf(claim: unknown): Grant {
    const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
    const given = this.#settings.roles.filter(({ value }) => values.includes(value));
    return {
      isInstallationAdministrator: given.some(({ pid }) => pid === null),
      roles: given.flatMap(({ pid, role }) => (pid === null ? [] : [{ pid, role }])),
    };
  }

  #redirect(): string {
    return `${this.#settings.base}/oidc/callback`;
  }

  #provider(): Promise<openid.Configuration> {
    // Found once; a provider that could not be reached is looked for again.
    this.#found ??= this.#discover().catch((error: unknown) => {
      this.#found = null;
      throw error;
    });
    return this.#found;
  }

  #discover(): Promise<openid.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    // Only providers of this machine are set without TLS.
    const execute = url.protocol === "http:" ? [openid.allowInsecureRequests] : [];
    const authentication = clientSecret === null ? openid.None() : undefined;
    return openid.discovery(url, clientId, clientSecret ?? undefined, authentication, { execute });
  }
}

const MAX_TEXT = 255;

function textOf(claim: unknown): string {
  return typeof claim === "string" ? claim.slice(0, MAX_TEXT) : "";
}
