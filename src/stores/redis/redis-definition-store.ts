// Definitions in Redis or Valkey: the newest revisions, for all nodes that share the store.

import {
  type DefinitionStore,
  KEPT_REVISIONS,
  type KeptRevisions,
  type NextRevision,
  originOf,
  type Revision,
  type RevisionOrigin,
  type RevisionSummary,
} from "../../catalog/definition-store.ts";
import { keptRecords, newVersion } from "../../control/kept-records.ts";
import type { ControlCommands } from "./control-commands.ts";
import { LATEST, LIST, PUBLISH, READ } from "./control-scripts.ts";
import { packDocument, unpackDocument } from "./packed-document.ts";
import { argumentsOf } from "./redis-control-store.ts";
import { bytesAt, listOf, numberAt, textAt } from "./script-answer.ts";

export class RedisDefinitionStore implements DefinitionStore {
  readonly #commands: ControlCommands;

  readonly #limits: KeptRevisions;

  constructor(commands: ControlCommands, limits = KEPT_REVISIONS) {
    this.#commands = commands;
    this.#limits = limits;
  }

  async latest(): Promise<Revision | null> {
    const answer = await this.#commands.run(LATEST, []);
    if (answer === null) return null;
    const parts = listOf(answer);
    return { revision: numberAt(parts, 0), document: await unpackDocument(bytesAt(parts, 1)) };
  }

  async list(): Promise<readonly RevisionSummary[]> {
    const lines = listOf(await this.#commands.run(LIST, [])).map(listOf);
    return lines
      .map((line) => ({ revision: numberAt(line, 0), ...originIn(line) }))
      .toSorted((one, other) => other.revision - one.revision);
  }

  async read(revision: number): Promise<Revision | null> {
    const answer = await this.#commands.run(READ, [revision]);
    if (answer === null) return null;
    return { revision, document: await unpackDocument(bytesAt([answer], 0)) };
  }

  /** On as many servers as the store waits for when it resolves. Bytes are counted as they are kept: packed. */
  async publish(
    { revision, document, records = [], ...origin }: NextRevision,
    fence = 0,
  ): Promise<"stored" | "overtaken"> {
    const kept = argumentsOf(newVersion(), keptRecords(records));
    const packed = await packDocument(document);
    const { most, mostBytes, least } = this.#limits;
    const told = JSON.stringify(originOf(origin));
    const args = [revision, fence, packed, told, most, mostBytes, least, ...kept];
    return (await this.#commands.runDurably(PUBLISH, args)) === 1 ? "stored" : "overtaken";
  }
}

/** Servers of older versions said nothing of it. */
function originIn(line: readonly unknown[]): RevisionOrigin {
  if (line[1] === null || line[1] === undefined) return originOf({});
  // Only `publish` writes them.
  return originOf(JSON.parse(textAt(line, 1)) as RevisionOrigin);
}
