// The primary's way to the keys that nodes have in common. Its connections are its own: a document of some
// megabytes on its way must not hold up what visitors' calls ask for.

import { Cluster, type Redis } from "ioredis";
import type { ControlCommands } from "./control-commands.ts";
import type { ControlScript } from "./control-scripts.ts";

export interface ControlConnectionOptions {
  readonly client: Redis | Cluster;
  /** Replicas that must have what is to last; 0 for none. */
  readonly replicas: number;
  readonly replicaPatienceMs: number;
}

type Argument = string | Buffer | number;

export class ControlConnection implements ControlCommands {
  readonly #options: ControlConnectionOptions;
  readonly #subscriber: Redis | Cluster;

  constructor(options: ControlConnectionOptions) {
    this.#options = options;
    const { client } = options;
    // A cluster's client keeps a connection of its own for what it hears.
    this.#subscriber = client instanceof Cluster ? client : client.duplicate();
    this.#subscriber.on("error", () => {});
  }

  async run(script: ControlScript, args: readonly Argument[]): Promise<unknown> {
    return this.#options.client.callBuffer("EVAL", evalArguments(script, args));
  }

  async runDurably(script: ControlScript, args: readonly Argument[]): Promise<unknown> {
    const { client, replicas, replicaPatienceMs } = this.#options;
    if (replicas === 0) return this.run(script, args);
    // One pipeline goes over one connection: the server waits for what this connection wrote.
    const answers = await client
      .pipeline()
      .callBuffer("EVAL", evalArguments(script, args))
      .call("WAIT", [replicas, replicaPatienceMs])
      .exec();
    const [[scriptFault, answer] = [null, null], [waitFault, reached] = [null, 0]] = answers ?? [];
    if (scriptFault !== null) throw scriptFault;
    if (waitFault !== null) throw waitFault;
    if (Number(reached) < replicas) {
      throw new Error(`Stored, but on ${Number(reached)} of ${replicas} replicas.`);
    }
    return answer;
  }

  subscribe(channel: string, listener: () => void): void {
    this.#subscriber.on("message", (told: string) => {
      if (told === channel) listener();
    });
    // Where it cannot be heard, members look by themselves; the client subscribes again when it is back.
    this.#subscriber.subscribe(channel).catch(() => {});
  }

  close(): void {
    this.#options.client.disconnect();
    this.#subscriber.disconnect();
  }
}

function evalArguments({ text, keys }: ControlScript, args: readonly Argument[]): Argument[] {
  return [text, keys.length, ...keys, ...args];
}
