// The LMDB files of a node, opened by each of its processes, and how durable a commit is.
//
//   commit  Answered once committed: outlives the process, also after kill -9. The disk is told
//           once a second. A power loss takes the last moments, and since nothing orders the writes
//           until then, it may damage the file: that is then refused, and a backup restored.
//   fsync   Answered once on disk. A power loss takes nothing that was answered, damages nothing.
//   off     Answered at once, committed at the end of the turn, when other processes see it too.
//           kill -9 takes what was not committed yet; a power loss does as with `commit`.
//
// Definitions have a file of their own, always written as with `fsync`: no mode puts them at risk.

import { join } from "node:path";
import type { Database } from "lmdb";
import { CommitQueue, type Write } from "./commit-queue.ts";
import { checkFile } from "./file-check.ts";
import { Moments } from "./foresight/moments.ts";
import { checkFormat } from "./format.ts";
import { openRatesFile, RatesFile, removeRatesFile } from "./rates-file.ts";
import { StoreUnusable } from "./store-errors.ts";
import { type OpenedFile, openFile, type Root, withoutWriters } from "./store-file.ts";

export type Durability = "commit" | "fsync" | "off";

export interface EnvironmentOptions {
  /** Made when it is missing. */
  readonly folder: string;
  readonly durability: Durability;
  /**
   * Reads both files whole before they are opened, to refuse damage of any kind: for the first
   * process of a node. Without it they are read only when they are shorter than they should be, or
   * when the machine was started anew since. One to two seconds a gigabyte.
   */
  readonly checksFiles?: boolean;
}

/** Keys and values are bytes. */
export type Bytes = Database<Uint8Array, Uint8Array>;

export const PROFILES_FILE = "profiles.mdb";
export const DEFINITIONS_FILE = "definitions.mdb";
const DATABASES_OF_PROFILES = [
  ...["profiles-of-devices", "profiles-of-declared-ids"],
  ...["identities-of-devices", "identities-of-declared-ids", "denials", "device-graphs"],
];
/** Files of older servers have no `control`. */
const DATABASES_OF_DEFINITIONS = ["definitions", "control"];
/** Room for databases to come. */
const MAX_DATABASES = 32;
/** Processes times the read transactions that each may hold open. */
const MAX_READERS = 512;
/**
 * Address space, not memory or disk, taken at the start. LMDB doubles it whenever the file outgrows
 * it, in every process: the disk is the only limit.
 */
const FIRST_MAP_BYTES = 2 ** 30;
/** How much a power loss may take in the modes that do not wait for the disk. */
const FLUSH_EVERY_MS = 1_000;

// What the library does, but its types do not say.
interface FlushableRoot extends Root {
  sync(done: (error?: unknown) => void): void;
  getWriteTxnId(): number;
}

/** The files of a folder, opened but not used yet. */
export interface StoreFiles {
  readonly folder: string;
  readonly durability: Durability;
  readonly profiles: OpenedFile;
  readonly definitions: OpenedFile;
  readonly rates: OpenedFile;
}

/**
 * The first of two steps of opening an environment (`new Environment` is the other): where other processes
 * may commit, only within `whileNobodyCommits` of one that has it open. Throws `StoreUnusable`.
 */
export function openStoreFiles(options: EnvironmentOptions): StoreFiles {
  const { folder, durability, checksFiles = false } = options;
  // The first process of a node: what an earlier one counted of calls is of no use any more.
  if (checksFiles) removeRatesFile(folder);
  const profiles = join(folder, PROFILES_FILE);
  const definitions = join(folder, DEFINITIONS_FILE);
  const always = checksFiles;
  checkFile(profiles, { always, databases: DATABASES_OF_PROFILES });
  checkFile(definitions, { always, databases: DATABASES_OF_DEFINITIONS });
  return {
    folder,
    durability,
    profiles: openOurs(profiles, durability === "fsync"),
    definitions: openOurs(definitions, true),
    rates: openRatesFile(folder),
  };
}

export class Environment {
  readonly durability: Durability;
  readonly folder: string;
  readonly profilesOfDevices: Bytes;
  readonly profilesOfDeclaredIds: Bytes;
  readonly identitiesOfDevices: Bytes;
  readonly identitiesOfDeclaredIds: Bytes;
  readonly denials: Bytes;
  readonly deviceGraphs: Bytes;
  readonly definitions: Bytes;
  /** Of the visitors' file. */
  readonly moments = new Moments();
  /** In the file of the definitions: `commitDefinitions` and `seeLatestDefinitions` are for both. */
  readonly control: Bytes;
  readonly rates: RatesFile;
  readonly #profiles: FlushableRoot;
  readonly #definitionsRoot: FlushableRoot;
  readonly #queue: CommitQueue;
  #flushTimer: NodeJS.Timeout | undefined;
  #isDirty = false;
  #flushing: Promise<void> | undefined;
  #lostCommits = 0;
  readonly #onLost = (): void => {
    this.#lostCommits++;
  };
  #transactions = 0;
  #closing: Promise<void> | undefined;
  /** Settled when nothing is done with the definitions. */
  #definitionsRest: Promise<unknown> = Promise.resolve();

  constructor({ folder, durability, profiles, definitions, rates }: StoreFiles) {
    this.durability = durability;
    this.folder = folder;
    this.#profiles = beginOurs(profiles);
    this.#definitionsRoot = beginOurs(definitions);
    this.rates = new RatesFile(rates);
    this.profilesOfDevices = openDatabase(this.#profiles, "profiles-of-devices");
    this.profilesOfDeclaredIds = openDatabase(this.#profiles, "profiles-of-declared-ids");
    this.identitiesOfDevices = openDatabase(this.#profiles, "identities-of-devices");
    this.identitiesOfDeclaredIds = openDatabase(this.#profiles, "identities-of-declared-ids");
    this.denials = openDatabase(this.#profiles, "denials");
    this.deviceGraphs = openDatabase(this.#profiles, "device-graphs");
    this.definitions = openDatabase(this.#definitionsRoot, "definitions");
    this.control = openDatabase(this.#definitionsRoot, "control");
    this.#queue = new CommitQueue(
      durability === "fsync"
        ? (writes) => this.#commitToDisk(writes)
        : (writes) => this.#commitToFile(writes),
    );
  }

  /** Makes reads that follow in this turn see every transaction committed so far, by anyone. */
  seeLatest(): void {
    this.#profiles.resetReadTxn();
  }

  /**
   * Commits in a group with others, and resolves with what the write gave once all processes see it, in every
   * durability.
   */
  commit<T>(write: Write<T>): Promise<T> {
    return this.#queue.commit(write);
  }

  /** Whether a commit may be answered before it is made: `commitLater`. */
  get answersEarly(): boolean {
    return this.durability === "off";
  }

  /** Commits in a group with others, unanswered. Throws where too many wait. */
  commitLater(write: Write): void {
    this.#queue.commitLater(write, this.#onLost);
  }

  /** Commits what waits before it returns. Not with `fsync`. */
  commitNow(): void {
    this.#queue.commitNow();
  }

  /** Commits that `off` had answered and that failed afterwards. */
  get lostCommits(): number {
    return this.#lostCommits;
  }

  /** How many transactions the commits of this process were gathered in. */
  get transactions(): number {
    return this.#transactions;
  }

  /** One transaction over the definitions, on disk when it resolves. */
  commitDefinitions<T>(write: () => T): Promise<T> {
    return this.#afterDefinitions(() => this.#definitionsRoot.transaction(write));
  }

  /**
   * Runs the work while no process commits anything: the moment for another one to open the files. What
   * comes meanwhile waits, in other processes standing still, so the work must end soon, whatever happens.
   */
  whileNobodyCommits<T>(work: () => Promise<T>): Promise<T> {
    // One process of a node commits definitions: this one, where there are any.
    const withoutDefinitions = () => this.#afterDefinitions(work);
    const withoutRates = () => this.rates.whileNobodyCommits(withoutDefinitions);
    return this.#queue.alone(() => withoutWriters(this.#profiles, withoutRates));
  }

  seeLatestDefinitions(): void {
    this.#definitionsRoot.resetReadTxn();
  }

  /** Commits what waits, then closes. Closing twice is closing once. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Tells the disk of all that was committed to the file so far. */
  async flush(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    await this.#flushing;
    if (!this.#isDirty) return;
    this.#isDirty = false;
    this.#flushing = flushFile(this.#profiles).catch(() => {
      // A disk that fails to flush fails the next commits too, which say so.
      this.#isDirty = true;
    });
    await this.#flushing;
  }

  async #close(): Promise<void> {
    await this.#queue.close();
    // Also waits for one under way: the library would close the file beneath it, and crash.
    await this.flush();
    await this.#definitionsRest;
    await this.rates.close();
    await this.#profiles.close();
    await this.#definitionsRoot.close();
  }

  #afterDefinitions<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#definitionsRest.then(work);
    this.#definitionsRest = done.catch(() => {});
    return done;
  }

  #commitToFile(writes: Write): void {
    // The library's own thread needs two more wake-ups a transaction than the work itself takes.
    this.#profiles.transactionSync(() => this.#write(writes));
    this.moments.end();
    this.#transactions++;
    this.#isDirty = true;
    this.#flushTimer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async #commitToDisk(writes: Write): Promise<void> {
    // In the library's thread: this one goes on with other calls while the disk works.
    await this.#profiles.transaction(() => this.#write(writes));
    this.moments.end();
    this.#transactions++;
  }

  #write(writes: Write): void {
    this.moments.begin(this.#profiles.getWriteTxnId());
    writes();
  }
}

/** For a process that has the files to itself, or the first of a node. Throws `StoreUnusable`. */
export function openEnvironment(options: EnvironmentOptions): Environment {
  return new Environment(openStoreFiles(options));
}

function openOurs(path: string, waitsForDisk: boolean): OpenedFile {
  return orUnusable(path, () =>
    openFile(path, {
      waitsForDisk,
      maxDatabases: MAX_DATABASES,
      maxReaders: MAX_READERS,
      mapBytes: FIRST_MAP_BYTES,
    }),
  );
}

function beginOurs({ path, begin }: OpenedFile): FlushableRoot {
  return orUnusable(path, () => {
    const root = begin();
    try {
      checkFormat(root, path);
    } catch (fault) {
      root.close();
      throw fault;
    }
    // The library's types leave `sync` out.
    return root as FlushableRoot;
  });
}

/** What the library says of a file that is none of its own, or that it cannot read. */
function orUnusable<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (fault) {
    if (fault instanceof StoreUnusable) throw fault;
    const what = fault instanceof Error ? fault.message : String(fault);
    throw new StoreUnusable(path, what, fault);
  }
}

function openDatabase(root: FlushableRoot, name: string): Bytes {
  return root.openDB({ name, encoding: "binary", keyEncoding: "binary" });
}

function flushFile(root: FlushableRoot): Promise<void> {
  return new Promise((resolve, reject) => {
    root.sync((error) => (error ? reject(error) : resolve()));
  });
}
