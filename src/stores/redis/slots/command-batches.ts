// Commands of one turn of the event loop, sent together: what goes to one server is one write and one round
// trip. Waiting ends for every command, whatever servers do: in time, or with a fault.
//
// A command is sent again where the server that has its slot is another one by now, or is gone: every one of
// them may be sent twice without harm. While a server fails, nobody waits for it: commands are tried once.

import { Cluster, type Redis } from "ioredis";
import { messageOf, StoreOverloaded, StoreUnavailable, TooFewReplicas } from "../store-faults.ts";
import { slotOfTag } from "./hash-slot.ts";

type Pipeline = ReturnType<Redis["pipeline"]>;
type Argument = string | Buffer | number;

export interface BatchOptions {
  readonly client: Redis | Cluster;
  /** How long a command may take in all, sent again or not. */
  readonly timeoutMs: number;
  /** Commands that may wait at once. */
  readonly limit: number;
  /** Replicas that must have what scripts write, and how long they may take for it; 0 for none. */
  readonly replicas: number;
  readonly replicaPatienceMs: number;
}

export interface Script {
  readonly text: string;
  readonly sha: string;
}

interface Command extends Asker<unknown> {
  readonly tag: string;
  readonly add: (pipeline: Pipeline, wholeScript: boolean) => void;
  readonly giveUpAt: number;
  wholeScript: boolean;
}

interface Asker<T> {
  readonly resolve: (reply: T) => void;
  readonly reject: (fault: Error) => void;
}

type Reader = Asker<Buffer | null>;

/** Keys of one slot, or of a server that is no cluster, asked for together. */
const MAX_KEYS_A_READ = 256;
const RETRY_AFTER_MS = 25;
/** What servers say, or connections, of which the next attempt may know nothing. */
const PASSING =
  /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|UNBLOCKED)\b|Connection is closed|isn't (?:ready|writeable)|same slots allocation group|Too many Cluster redirections|Socket timeout|ECONN|EPIPE/;

export class CommandBatches {
  readonly #options: BatchOptions;
  readonly #isCluster: boolean;
  #commands: Command[] = [];
  /** Who asks for which key of a tag. */
  #reads = new Map<string, Map<string, Reader[]>>();
  /** Servers that failed last, and those that are waited for. */
  readonly #failing = new Set<string>();
  readonly #busy = new Map<string, Command[]>();
  #waiting = 0;
  #willFlush = false;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#isCluster = options.client instanceof Cluster;
  }

  /** How many commands wait for an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  get(tag: string, key: string): Promise<Buffer | null> {
    return this.#counted((reader) => {
      const group = this.#isCluster ? tag : "";
      let keys = this.#reads.get(group);
      if (keys === undefined) {
        keys = new Map();
        this.#reads.set(group, keys);
        this.#flushSoon();
      }
      const readers = keys.get(key);
      if (readers === undefined) keys.set(key, [reader]);
      else readers.push(reader);
    });
  }

  run(
    script: Script,
    tag: string,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    return this.#send(tag, (pipeline, wholeScript) => {
      const [name, which] = wholeScript ? ["eval", script.text] : ["evalsha", script.sha];
      pipeline.callBuffer(name, [which, keys.length, ...keys, ...args]);
    });
  }

  /** Any command whose keys have the tag. */
  call(tag: string, name: string, args: readonly Argument[]): Promise<unknown> {
    return this.#send(tag, (pipeline) => void pipeline.callBuffer(name, [...args]));
  }

  #send(tag: string, add: Command["add"]): Promise<unknown> {
    return this.#counted((asker) => {
      const giveUpAt = performance.now() + this.#options.timeoutMs;
      this.#commands.push({ ...asker, tag, add, giveUpAt, wholeScript: false });
      this.#flushSoon();
    });
  }

  /** Refused where too many wait already. */
  #counted<T>(ask: (asker: Asker<T>) => void): Promise<T> {
    const { limit } = this.#options;
    if (this.#waiting >= limit) return Promise.reject(new StoreOverloaded(limit));
    this.#waiting++;
    return new Promise((resolve, reject) => {
      ask({
        resolve: (reply) => {
          this.#waiting--;
          resolve(reply);
        },
        reject: (fault) => {
          this.#waiting--;
          reject(fault);
        },
      });
    });
  }

  #flushSoon(): void {
    if (this.#willFlush) return;
    this.#willFlush = true;
    setImmediate(() => {
      this.#willFlush = false;
      this.#flush();
    });
  }

  #flush(): void {
    const reads = this.#reads;
    this.#reads = new Map();
    for (const [tag, keys] of reads) this.#readTogether(tag, keys);
    const commands = this.#commands;
    this.#commands = [];
    const groups = new Map<string, Command[]>();
    for (const command of commands) {
      const server = this.#serverOf(command.tag);
      const group = groups.get(server);
      if (group === undefined) groups.set(server, [command]);
      else group.push(command);
    }
    for (const [server, group] of groups) this.#sendInTurn(server, group);
  }

  #readTogether(tag: string, keys: ReadonlyMap<string, readonly Reader[]>): void {
    const names = [...keys.keys()];
    for (let from = 0; from < names.length; from += MAX_KEYS_A_READ) {
      const chunk = names.slice(from, from + MAX_KEYS_A_READ);
      const readers = chunk.map((name) => keys.get(name) ?? []);
      const resolve = (reply: unknown): void => {
        // MGET answers with a value or null for each key.
        const values = reply as readonly (Buffer | null)[];
        for (const [place, ofKey] of readers.entries()) {
          for (const reader of ofKey) reader.resolve(values[place] ?? null);
        }
      };
      const reject = (fault: Error): void => {
        for (const reader of readers.flat()) reader.reject(fault);
      };
      const add = (pipeline: Pipeline): void => void pipeline.mgetBuffer(chunk);
      const giveUpAt = performance.now() + this.#options.timeoutMs;
      this.#commands.push({ tag, add, resolve, reject, giveUpAt, wholeScript: false });
    }
  }

  #serverOf(tag: string): string {
    const { client } = this.#options;
    return client instanceof Cluster ? (client.slots[slotOfTag(tag)]?.[0] ?? "") : "";
  }

  /** Where replicas are waited for, what comes meanwhile goes together with the next batch. */
  #sendInTurn(server: string, commands: readonly Command[]): void {
    if (this.#options.replicas === 0) {
      void this.#sendBatch(server, commands);
      return;
    }
    const waiting = this.#busy.get(server);
    if (waiting !== undefined) {
      waiting.push(...commands);
      return;
    }
    this.#busy.set(server, []);
    void this.#sendBatch(server, commands).then(() => {
      const next = this.#busy.get(server) ?? [];
      this.#busy.delete(server);
      if (next.length > 0) this.#sendInTurn(server, next);
    });
  }

  async #sendBatch(server: string, commands: readonly Command[]): Promise<void> {
    const { client, replicas, replicaPatienceMs, timeoutMs } = this.#options;
    const pipeline = client.pipeline();
    for (const command of commands) command.add(pipeline, command.wholeScript);
    if (replicas > 0) pipeline.call("WAIT", [replicas, replicaPatienceMs]);
    let replies: readonly (readonly [Error | null, unknown])[] = [];
    let fault: Error | null = null;
    try {
      replies = (await within(timeoutMs + replicaPatienceMs, pipeline.exec())) ?? [];
    } catch (reason) {
      fault = reason instanceof Error ? reason : new Error(String(reason));
    }
    const reached = replicas > 0 ? replies[commands.length] : undefined;
    let anyAnswer = false;
    for (const [place, command] of commands.entries()) {
      const [error, reply] = replies[place] ?? [fault ?? new Error("Connection is closed."), null];
      if (error !== null) {
        this.#settleFault(server, command, error);
        continue;
      }
      anyAnswer = true;
      const few = reached === undefined ? null : replicaFault(reached, replicas);
      if (few === null) command.resolve(reply);
      else command.reject(few);
    }
    if (anyAnswer) this.#failing.delete(server);
  }

  #settleFault(server: string, command: Command, fault: Error): void {
    const { message } = fault;
    if (message.startsWith("NOSCRIPT") && !command.wholeScript) {
      command.wholeScript = true;
      this.#commands.push(command);
      this.#flushSoon();
      return;
    }
    const isPassing = PASSING.test(message);
    const mayWait = isPassing && !this.#failing.has(server);
    if (mayWait && performance.now() + RETRY_AFTER_MS < command.giveUpAt) {
      this.#lookForServers();
      setTimeout(() => {
        this.#commands.push(command);
        this.#flushSoon();
      }, RETRY_AFTER_MS);
      return;
    }
    if (isPassing || fault instanceof StoreUnavailable) {
      this.#failing.add(server);
      this.#lookForServers();
    }
    command.reject(fault instanceof StoreUnavailable ? fault : unavailable(fault));
  }

  #lookForServers(): void {
    const { client } = this.#options;
    if (client instanceof Cluster) client.refreshSlotsCache();
  }
}

function replicaFault(
  [error, reached]: readonly [Error | null, unknown],
  replicas: number,
): Error | null {
  if (error !== null) return unavailable(error);
  return Number(reached) < replicas ? new TooFewReplicas(Number(reached), replicas) : null;
}

function unavailable(fault: unknown): StoreUnavailable {
  return new StoreUnavailable(`The store cannot be used: ${messageOf(fault)}`, { cause: fault });
}

/** The promise, or a fault once it has taken too long. */
async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreUnavailable(`The store did not answer within ${timeoutMs} ms.`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
