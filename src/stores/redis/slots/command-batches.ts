// Commands of one turn of the event loop, sent together: what goes to one server is one write and one round
// trip. Waiting ends for every command, whatever servers do: in time, or with a fault.
//
// A command is sent again where the server that has its slot is another one by now, or is gone: every one of
// them may be sent twice without harm. While a server fails, nobody waits for it: commands are tried once.

import { subscribe } from "node:diagnostics_channel";
import { Cluster, type Redis } from "ioredis";
import { messageOf, StoreOverloaded, StoreUnavailable, TooFewReplicas } from "../store-faults.ts";
import { asFault } from "./as-fault.ts";
import { slotOfTag } from "./hash-slot.ts";

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

type Words = { readonly name: string; readonly args: readonly Argument[] };

interface Command extends Words {
  readonly tag: string;
  /** What to send to a server that does not know a script yet. */
  readonly otherwise: Words | null;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (fault: Error) => void;
  /** How many wait for it. */
  readonly askers: number;
  readonly giveUpAt: number;
  /** Then it goes the long way, on which servers say who has its slot. */
  readonly isSentAgain: boolean;
  /** With which it is under way; null: it has its answer, or waits to be sent. */
  batch: Batch | null;
}

/** What was sent to a server at once. */
interface Batch {
  readonly server: string;
  left: number;
  timer: NodeJS.Timeout | undefined;
  readonly whenDone: (() => void) | null;
}

interface Reader {
  readonly keys: readonly string[];
  readonly resolve: (values: readonly (Buffer | null)[]) => void;
  readonly reject: (fault: Error) => void;
}

/** Keys of one slot, or of a server that is no cluster, asked for together. */
const MAX_KEYS_A_READ = 256;
const RETRY_AFTER_MS = 25;
/** What servers say, or connections, of which the next attempt may know nothing. */
const PASSING =
  /^(?:MOVED|ASK|TRYAGAIN|CLUSTERDOWN|LOADING|READONLY|MASTERDOWN|UNBLOCKED)\b|Connection is closed|isn't (?:ready|writeable)|same slots allocation group|Too many Cluster redirections|max retries per request|Socket timeout|ECONN|EPIPE/;

/** Where the metrics ask what is pending: whoever has something adds it. */
const PENDING = "dunlin.redis-pending";

interface Pending {
  commands: number;
  serversFailing: number;
}

export class CommandBatches {
  readonly #options: BatchOptions;
  readonly #isCluster: boolean;
  #commands: Command[] = [];
  /** Who asks for keys of a tag. */
  #reads = new Map<string, Reader[]>();
  /** Servers of a cluster by host and port. */
  #servers: ReadonlyMap<string, Redis> = new Map();
  /** Servers that failed last, and those that are waited for. */
  readonly #failing = new Set<string>();
  readonly #busy = new Map<string, Command[]>();
  #waiting = 0;
  #willFlush = false;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#isCluster = options.client instanceof Cluster;
    subscribe(PENDING, (question) => {
      // Asked by nobody but the metrics, in this form.
      const pending = question as Pending;
      pending.commands += this.#waiting;
      pending.serversFailing = Math.max(pending.serversFailing, this.#failing.size);
    });
  }

  /** How many commands wait for an answer. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The values of keys that have the tag, in their order. */
  get(tag: string, keys: readonly string[]): Promise<readonly (Buffer | null)[]> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    this.#waiting++;
    return new Promise((resolve, reject) => {
      const group = this.#isCluster ? tag : "";
      const readers = this.#reads.get(group);
      if (readers === undefined) this.#reads.set(group, [{ keys, resolve, reject }]);
      else readers.push({ keys, resolve, reject });
      this.#flushSoon();
    });
  }

  run(
    script: Script,
    tag: string,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args];
    return this.#send(
      tag,
      { name: "evalsha", args: [script.sha, ...rest] },
      { name: "eval", args: [script.text, ...rest] },
    );
  }

  /** Any command whose keys have the tag. */
  call(tag: string, name: string, args: readonly Argument[]): Promise<unknown> {
    return this.#send(tag, { name, args }, null);
  }

  #send(tag: string, { name, args }: Words, otherwise: Words | null): Promise<unknown> {
    const refusal = this.#refusal();
    if (refusal !== null) return Promise.reject(refusal);
    this.#waiting++;
    return new Promise((resolve, reject) => {
      this.#commands.push({
        ...{ tag, name, args, otherwise, resolve, reject, askers: 1, isSentAgain: false },
        giveUpAt: performance.now() + this.#options.timeoutMs,
        batch: null,
      });
      this.#flushSoon();
    });
  }

  #refusal(): StoreOverloaded | null {
    const { limit } = this.#options;
    return this.#waiting < limit ? null : new StoreOverloaded(limit);
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
    for (const [tag, readers] of reads) this.#readTogether(tag, readers);
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

  #readTogether(tag: string, readers: readonly Reader[]): void {
    let together: Reader[] = [];
    let keys: string[] = [];
    for (const reader of readers) {
      if (keys.length > 0 && keys.length + reader.keys.length > MAX_KEYS_A_READ) {
        this.#read(tag, keys, together);
        [together, keys] = [[], []];
      }
      together.push(reader);
      keys.push(...reader.keys);
    }
    this.#read(tag, keys, together);
  }

  #read(tag: string, keys: readonly string[], readers: readonly Reader[]): void {
    this.#commands.push({
      ...{ tag, name: "mget", args: keys, otherwise: null, askers: readers.length },
      ...{ isSentAgain: false, batch: null },
      giveUpAt: performance.now() + this.#options.timeoutMs,
      resolve: (reply) => {
        // MGET answers with a value or null for each key.
        const values = reply as readonly (Buffer | null)[];
        let from = 0;
        for (const reader of readers) {
          reader.resolve(values.slice(from, from + reader.keys.length));
          from += reader.keys.length;
        }
      },
      reject: (fault) => {
        for (const reader of readers) reader.reject(fault);
      },
    });
  }

  #serverOf(tag: string): string {
    const { client } = this.#options;
    return client instanceof Cluster ? (client.slots[slotOfTag(tag)]?.[0] ?? "") : "";
  }

  /** The connection to a server, where there is one. */
  #readyServer(name: string): Redis | null {
    const { client } = this.#options;
    if (!(client instanceof Cluster)) return client.status === "ready" ? client : null;
    const known = this.#servers.get(name);
    if (known?.status === "ready") return known;
    this.#servers = new Map(
      client.nodes("master").map((node) => [`${node.options.host}:${node.options.port}`, node]),
    );
    const found = this.#servers.get(name);
    return found?.status === "ready" ? found : null;
  }

  /** Where replicas are waited for, what comes meanwhile goes together with the next batch. */
  #sendInTurn(server: string, commands: readonly Command[]): void {
    if (this.#options.replicas === 0) {
      this.#sendBatch(server, commands, null);
      return;
    }
    const waiting = this.#busy.get(server);
    if (waiting !== undefined) {
      waiting.push(...commands);
      return;
    }
    this.#busy.set(server, []);
    this.#sendBatch(server, commands, () => {
      const next = this.#busy.get(server) ?? [];
      this.#busy.delete(server);
      if (next.length > 0) this.#sendInTurn(server, next);
    });
  }

  #sendBatch(server: string, commands: readonly Command[], whenDone: Batch["whenDone"]): void {
    const { timeoutMs, replicaPatienceMs } = this.#options;
    const again = commands.some(({ isSentAgain }) => isSentAgain);
    const connection = again ? null : this.#readyServer(server);
    const limitMs = timeoutMs + replicaPatienceMs;
    const batch: Batch = { server, left: commands.length, timer: undefined, whenDone };
    batch.timer = setTimeout(() => {
      const fault = new StoreUnavailable(`The store did not answer within ${limitMs} ms.`);
      for (const command of commands) this.#fail(batch, command, fault);
    }, limitMs);
    const replies = connection === null ? this.#goAround(commands) : this.#go(connection, commands);
    for (const [place, command] of commands.entries()) {
      command.batch = batch;
      replies[place]?.then(
        (reply) => this.#answer(batch, command, reply),
        (fault) => this.#fail(batch, command, asFault(fault)),
      );
    }
  }

  /** False where it has its answer already. */
  #settle(batch: Batch, command: Command): boolean {
    if (command.batch !== batch) return false;
    command.batch = null;
    if (--batch.left === 0) {
      clearTimeout(batch.timer);
      batch.whenDone?.();
    }
    return true;
  }

  #answer(batch: Batch, command: Command, reply: unknown): void {
    if (!this.#settle(batch, command)) return;
    if (this.#failing.size > 0) this.#failing.delete(batch.server);
    this.#waiting -= command.askers;
    command.resolve(reply);
  }

  /** All in one write; where replicas are waited for, no answer counts before theirs. */
  #go(connection: Redis, commands: readonly Command[]): readonly Promise<unknown>[] {
    const { replicas, replicaPatienceMs } = this.#options;
    const { stream } = connection;
    stream.cork();
    const replies = commands.map(({ name, args }) => connection.callBuffer(name, [...args]));
    const waited =
      replicas === 0 ? null : connection.call("WAIT", [replicas, replicaPatienceMs]).then(Number);
    stream.uncork();
    if (waited === null) return replies;
    return replies.map(async (reply) => {
      const [answer, reached] = await Promise.all([reply, waited]);
      if (reached < replicas) throw new TooFewReplicas(reached, replicas);
      return answer;
    });
  }

  /** Each by itself, to whoever has its slot: the client asks its way. */
  #goAround(commands: readonly Command[]): readonly Promise<unknown>[] {
    const { client, replicas, replicaPatienceMs } = this.#options;
    return commands.map(async ({ name, args }) => {
      if (replicas === 0) return client.callBuffer(name, [...args]);
      const pipeline = client.pipeline().callBuffer(name, [...args]);
      const replies = await pipeline.call("WAIT", [replicas, replicaPatienceMs]).exec();
      const [[fault, reply] = [null, null], [waitFault, reached] = [null, 0]] = replies ?? [];
      if (fault !== null) throw fault;
      if (waitFault !== null) throw waitFault;
      if (Number(reached) < replicas) throw new TooFewReplicas(Number(reached), replicas);
      return reply;
    });
  }

  #fail(batch: Batch, command: Command, fault: Error): void {
    if (!this.#settle(batch, command)) return;
    const { message } = fault;
    const { otherwise, giveUpAt } = command;
    const { server } = batch;
    if (otherwise !== null && message.startsWith("NOSCRIPT")) {
      this.#commands.push({ ...command, ...otherwise, otherwise: null });
      this.#flushSoon();
      return;
    }
    const isPassing = PASSING.test(message);
    if (isPassing) this.#lookForServers();
    const mayWait = isPassing && !this.#failing.has(server);
    if (mayWait && performance.now() + RETRY_AFTER_MS < giveUpAt) {
      setTimeout(() => {
        this.#commands.push({ ...command, isSentAgain: true });
        this.#flushSoon();
      }, RETRY_AFTER_MS);
      return;
    }
    if (isPassing || fault instanceof StoreUnavailable) this.#failing.add(server);
    const isOurs = fault instanceof StoreUnavailable || fault instanceof TooFewReplicas;
    this.#waiting -= command.askers;
    command.reject(isOurs ? fault : unavailable(fault));
  }

  #lookForServers(): void {
    const { client } = this.#options;
    if (client instanceof Cluster) client.refreshSlotsCache();
  }
}

function unavailable(fault: unknown): StoreUnavailable {
  return new StoreUnavailable(`The store cannot be used: ${messageOf(fault)}`, { cause: fault });
}
