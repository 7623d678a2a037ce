const BEARER = /^bearer +([\x21-\x7e]{1,4096}) *$/i;

/** The token of an `Authorization` header, or null where there is none or it is of another kind. */
export function bearerToken(header: string | undefined): string | null {
  return (header === undefined ? null : BEARER.exec(header)?.[1]) ?? null;
}
