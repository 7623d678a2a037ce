/** What strict mode adds to an item of `errors`. */
export interface Explanation {
  /** A parameter, a header or the path, and the octet in it or in its container: `d_cid@27`. */
  readonly at: string;
  /** One sentence that repeats nothing the caller sent. */
  readonly hint: string;
}

/** What stands for the request target as a whole. */
export const PATH = "path";
/** What stands for the body as a whole. */
export const BODY = "body";

/** Names are input: a long one is cut, as in messages. */
const MAX_NAME_CHARACTERS = 256;

export function place(name: string, offset: number): string {
  const shown =
    name.length <= MAX_NAME_CHARACTERS ? name : name.slice(0, MAX_NAME_CHARACTERS).toWellFormed();
  return `${shown}@${offset}`;
}
