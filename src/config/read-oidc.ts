// The settings of logins by OpenID Connect.

import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";

/** What everybody gets of whom the provider says that they have this value. */
export interface OidcRole {
  readonly value: string;
  /** Null: the installation. */
  readonly pid: number | null;
  readonly role: "viewer" | "editor" | "administrator";
}

const MAX_ROLES = 1_000;
const ROLE = /^([^=,]{1,200})=(?:(installation)|([0-9]{1,12}):(viewer|editor|administrator))$/;

/** A URL without query. TLS is wanted of everybody but this machine. */
export function readBaseUrl(text: string): Result<string, string> {
  const url = URL.parse(text);
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url === null || !isPlain || !isSafe) {
    return err("a URL that begins with https:// (or http:// on this machine), without a query");
  }
  return ok(url.href.replace(/\/+$/, ""));
}

/** Such as `admins=installation,shoppers=1957:editor`. */
export function readOidcRoles(text: string): Result<readonly OidcRole[], string> {
  const expected = "VALUE=PID:ROLE or VALUE=installation, separated by commas";
  const parts = text.split(",").map((part) => ROLE.exec(part.trim()));
  if (parts.length > MAX_ROLES) return err(expected);
  const roles: OidcRole[] = [];
  for (const part of parts) {
    const [, value, installation, pid, role] = part ?? [];
    if (value === undefined) return err(expected);
    if (installation !== undefined) roles.push({ value, pid: null, role: "administrator" });
    else if (role === "viewer" || role === "editor" || role === "administrator") {
      roles.push({ value, pid: Number(pid), role });
    }
  }
  return ok(roles);
}

export function readClientText(text: string): Result<string, string> {
  return /^[\x21-\x7e]{1,1000}$/.test(text) ? ok(text) : err("visible ASCII without spaces");
}

function isLoopback({ hostname }: URL): boolean {
  return ["127.0.0.1", "[::1]", "localhost"].includes(hostname) || hostname.endsWith(".localhost");
}
