// How the workers share one port. Where the kernel can, each listens for itself and the kernel deals out the
// connections: the primary has no part in them, so that neither its work nor the death of a worker holds
// one up. (Node's cluster hands connections out one by one, and forgets those on their way to a worker that
// dies: their clients would wait for ever.) Elsewhere cluster's way is the only one.

import { createServer } from "node:net";
import type { HostPort } from "../config/values.ts";

const LOOK_AGAIN_AFTER_MS = 50;

export const KERNEL_SHARES_PORTS = !["darwin", "win32"].includes(process.platform);

/**
 * The port that the first worker is to ask for. Rejects where somebody listens there: sockets that share a
 * port would share it with a stranger too. The workers of a node that was killed may hold it a moment longer.
 */
export async function findFreePort({ host, port }: HostPort, patienceMs: number): Promise<number> {
  // The first worker is given a free one, and the others share it.
  if (port === 0 && KERNEL_SHARES_PORTS) return 0;
  const lookUntil = performance.now() + patienceMs;
  for (;;) {
    try {
      return await tryPort(host, port);
    } catch (error) {
      const isInUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!isInUse || performance.now() > lookUntil) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
    }
  }
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      // A server that listens on TCP has an address of this form; null and text are for pipes.
      const given = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(given));
    });
  });
}
