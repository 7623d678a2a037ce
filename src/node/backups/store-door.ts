// The door of a node's store: a socket in the data folder, for a program beside the node that opens the
// store's files, as `dunlin backup` does. The node lets one in when nobody commits, and keeps everybody from
// committing until it says that it has opened them, is gone, or has had its time.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, closeSync, openSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

export const DOOR_FILE = "node.sock";

/** What the system takes as the name of a socket: 108 bytes or, elsewhere, 104. */
const LONGEST_ADDRESS = 100;

export interface DoorOptions {
  /** Absolute. */
  readonly folder: string;
  /** How long who was let in may take. */
  readonly openingMs: number;
  whileNobodyCommits<T>(opening: () => Promise<T>): Promise<T>;
}

export interface StoreDoor {
  close(): Promise<void>;
}

/** For the one process that holds the folder's lock. Rejects where the system gives no such socket. */
export async function openDoor(options: DoorOptions): Promise<StoreDoor> {
  const address = addressIn(options.folder);
  const visitors = new Set<Socket>();
  const server = createServer((socket) => {
    visitors.add(socket);
    socket.on("close", () => visitors.delete(socket));
    void letIn(socket, options);
  });
  try {
    // What a killed node has left behind.
    rmSync(join(options.folder, DOOR_FILE), { force: true });
    server.listen(address.path);
    await once(server, "listening");
    if (process.platform !== "win32") chmodSync(address.path, 0o600);
  } catch (fault) {
    server.close();
    address.release();
    throw fault;
  }
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of visitors) socket.destroy();
      await closed;
      address.release();
    },
  };
}

async function letIn(
  socket: Socket,
  { whileNobodyCommits, openingMs }: DoorOptions,
): Promise<void> {
  // Whoever goes away without a word has ended, and opens nothing any more.
  socket.on("error", () => {});
  await whileNobodyCommits(
    () =>
      new Promise<void>((resolve) => {
        if (socket.destroyed) return resolve();
        const timer = setTimeout(() => socket.destroy(), openingMs);
        socket.once("close", resolve).once("data", resolve);
        socket.once("close", () => clearTimeout(timer)).once("data", () => clearTimeout(timer));
        socket.write("open");
      }),
  ).catch(() => {
    // The store is being closed.
    socket.destroy();
  });
  socket.end("done");
}

/** No node answers at the door: it is starting, stopping, of an older version, or let us wait too long. */
export class DoorShut extends Error {
  override readonly name = "DoorShut";
}

/** Opens the files of a running node's store while nobody commits. Throws what `open` throws, or `DoorShut`. */
export async function enterStore<T>(folder: string, open: () => T): Promise<T> {
  const address = addressIn(folder);
  const socket = connect(address.path);
  try {
    await heard(socket, "open");
    const opened = open();
    socket.write("done");
    // The node's word that it was in time.
    await heard(socket, "done");
    return opened;
  } finally {
    socket.destroy();
    address.release();
  }
}

function heard(socket: Socket, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const shut = (): void => reject(new DoorShut());
    socket.once("error", shut).once("close", shut);
    socket.once("data", (bytes: Buffer) => (bytes.toString() === word ? resolve() : shut()));
  });
}

interface Address {
  readonly path: string;
  release(): void;
}

function addressIn(folder: string): Address {
  const release = (): void => {};
  if (process.platform === "win32") {
    const name = createHash("sha256").update(folder).digest("hex");
    return { path: `\\\\.\\pipe\\dunlin-${name}`, release };
  }
  const path = join(folder, DOOR_FILE);
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS || process.platform !== "linux") {
    return { path, release };
  }
  // A shorter name for the same folder.
  const handle = openSync(folder, "r");
  return {
    path: `/proc/self/fd/${handle}/${DOOR_FILE}`,
    release: () => closeSync(handle),
  };
}
