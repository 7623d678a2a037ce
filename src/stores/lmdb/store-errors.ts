/** More calls wait for the store than it may keep waiting: the caller should answer without it. */
export class StoreOverloaded extends Error {
  override readonly name = "StoreOverloaded";

  constructor(limit: number) {
    super(`The store is behind: ${limit} commits wait already.`);
  }
}

/** Files that are no store of this server, damaged, or of a format that it does not know. */
export class StoreUnusable extends Error {
  override readonly name = "StoreUnusable";

  constructor(file: string, what: string, cause?: unknown) {
    super(`${file} cannot be used as a store: ${what}`, { cause });
  }
}
