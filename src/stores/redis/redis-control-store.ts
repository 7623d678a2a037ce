// Control records in Redis or Valkey, for all nodes that share the store.

import type {
  ControlExpectation,
  ControlListing,
  ControlRecord,
  ControlStore,
  StoredControlRecord,
} from "../../control/control-store.ts";
import {
  type KeptRecord,
  keptRecords,
  nameOf,
  newVersion,
  rangeOf,
  storedRecord,
  VERSION_CHARACTERS,
} from "../../control/kept-records.ts";
import type { ControlCommands } from "./control-commands.ts";
import { LIST_RECORDS, READ_RECORD, WRITE_RECORDS } from "./control-record-scripts.ts";
import { listOf, textAt } from "./script-answer.ts";

/** How many records the server gives at once: longer listings are asked for page by page. */
const PAGE = 1_000;

export class RedisControlStore implements ControlStore {
  readonly #commands: ControlCommands;

  constructor(commands: ControlCommands) {
    this.#commands = commands;
  }

  async read(kind: string, id: string): Promise<StoredControlRecord | null> {
    const name = nameOf(kind, id);
    const answer = await this.#commands.run(READ_RECORD, [name]);
    return answer === null ? null : decode(name, textAt([answer], 0));
  }

  /** Of a long listing the later records may be younger than the first. */
  async list(kind: string, options: ControlListing = {}): Promise<readonly StoredControlRecord[]> {
    const range = rangeOf(kind, options);
    const listed: StoredControlRecord[] = [];
    while (listed.length < range.limit) {
      const last = listed.at(-1);
      const after = last === undefined ? {} : { after: last.id };
      const { low, high, descending } = rangeOf(kind, { ...options, ...after });
      const count = Math.min(PAGE, range.limit - listed.length);
      const order = descending ? "descending" : "ascending";
      const page = recordsIn(await this.#commands.run(LIST_RECORDS, [low, high, count, order]));
      listed.push(...page);
      if (page.length < count) break;
    }
    return listed;
  }

  /** On as many servers as the store waits for when it resolves. */
  async write(
    records: readonly ControlRecord[],
    expectations: readonly ControlExpectation[] = [],
  ): Promise<boolean> {
    const version = newVersion();
    const kept = argumentsOf(version, keptRecords(records));
    const expected = expectations.flatMap((one) => [nameOf(one.kind, one.id), one.version ?? ""]);
    const args = [version, expectations.length, ...expected, ...kept];
    return (await this.#commands.runDurably(WRITE_RECORDS, args)) === 1;
  }
}

/** What `keepRecords` of a script takes: a name and what it is to hold for each, nothing to take it away. */
export function argumentsOf(version: string, records: readonly KeptRecord[]): string[] {
  return records.flatMap(({ name, text }) => [name, text === null ? "" : `${version}${text}`]);
}

function recordsIn(answer: unknown): readonly StoredControlRecord[] {
  const [names, values] = listOf(answer).map(listOf);
  if (names === undefined || values === undefined) return [];
  return names.map((_, place) => decode(textAt(names, place), textAt(values, place)));
}

function decode(name: string, stored: string): StoredControlRecord {
  const version = stored.slice(0, VERSION_CHARACTERS);
  return storedRecord(name, version, stored.slice(VERSION_CHARACTERS));
}
