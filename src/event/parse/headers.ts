// The request headers that a call is read by. Values are as received, one octet a character.

export interface CallHeaders {
  /** All `Cookie` headers together; "" when there is none. */
  readonly cookie: string;
  readonly contentType: string | null;
  readonly referer: string | null;
  readonly origin: string | null;
}

/** Picks what a call needs in one walk; `headers` holds names and values in turn. */
export function readHeaders(headers: readonly string[]): CallHeaders {
  let cookie = "";
  let contentType: string | null = null;
  let referer: string | null = null;
  let origin: string | null = null;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? "";
    // A browser sends a dozen that nobody wants: their length gives them away.
    if (name.length !== 6 && name.length !== 7 && name.length !== 12) continue;
    const value = headers[i + 1] ?? "";
    switch (name.toLowerCase()) {
      case "cookie":
        cookie = cookie === "" ? value : `${cookie};${value}`;
        break;
      case "origin":
        origin ??= value;
        break;
      case "referer":
        referer ??= value;
        break;
      case "content-type":
        contentType ??= value;
        break;
    }
  }
  return { cookie, contentType, referer, origin };
}

/**
 * Scheme and host of a page's address, in lower case; null when it has none. Browsers read a backslash
 * as a slash, so an address with one before its path has a host that we must not guess.
 */
export function pageOf(address: string): { scheme: "http" | "https"; host: string } | null {
  const match =
    /^(https?):\/\/(?:[^/?#@\\]*@)?([^/?#:@\\]+|\[[0-9a-f:.]+\])(?::\d*)?(?:[/?#]|$)/i.exec(
      address,
    );
  if (match === null) return null;
  return {
    scheme: match[1]?.toLowerCase() === "https" ? "https" : "http",
    host: (match[2] ?? "").toLowerCase(),
  };
}
