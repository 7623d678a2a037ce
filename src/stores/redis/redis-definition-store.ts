// Definitions in Redis or Valkey: the newest ten revisions, for all nodes that share the store.

import type { DefinitionStore, Revision } from "../../catalog/definition-store.ts";
import type { ControlCommands } from "./control-commands.ts";
import { LATEST, PUBLISH } from "./control-scripts.ts";
import { packDocument, unpackDocument } from "./packed-document.ts";
import { bytesAt, listOf, numberAt } from "./script-answer.ts";

/** Older revisions are dropped. */
const MAX_REVISIONS_KEPT = 10;

export class RedisDefinitionStore implements DefinitionStore {
  readonly #commands: ControlCommands;

  constructor(commands: ControlCommands) {
    this.#commands = commands;
  }

  async latest(): Promise<Revision | null> {
    const answer = await this.#commands.run(LATEST, []);
    if (answer === null) return null;
    const parts = listOf(answer);
    return { revision: numberAt(parts, 0), document: await unpackDocument(bytesAt(parts, 1)) };
  }

  /** On as many servers as the store waits for when it resolves. */
  async publish({ revision, document }: Revision, fence = 0): Promise<"stored" | "overtaken"> {
    const packed = await packDocument(document);
    const args = [revision, fence, packed, MAX_REVISIONS_KEPT];
    return (await this.#commands.runDurably(PUBLISH, args)) === 1 ? "stored" : "overtaken";
  }
}
