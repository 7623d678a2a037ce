import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Listens on loopback, on a free port where the wanted one is taken, and gives the address. */
export async function listenOrElsewhere(server: Server, port: number): Promise<string> {
  try {
    await listen(server, port);
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (!isTaken) throw error;
    await listen(server, 0);
  }
  // A server that listens on a port has an address of this kind.
  const { port: actual } = server.address() as AddressInfo;
  return `http://127.0.0.1:${actual}`;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}
