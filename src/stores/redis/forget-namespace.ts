import { Cluster, type Redis } from "ioredis";
import { StoreUnavailable } from "./store-faults.ts";

const KEYS_A_ROUND = 1_000;

/** Removes every key that begins with a prefix, from all servers that hold slots, and nothing else. */
export async function forgetNamespace(client: Redis | Cluster, prefix: string): Promise<void> {
  if (client instanceof Cluster) await slotsRefreshed(client);
  const servers = client instanceof Cluster ? client.nodes("master") : [client];
  await Promise.all(servers.map((server) => forgetOn(server, prefix)));
}

async function forgetOn(server: Redis, prefix: string): Promise<void> {
  let cursor = "0";
  do {
    const [next, keys] = await server.scan(cursor, "MATCH", `${prefix}*`, "COUNT", KEYS_A_ROUND);
    cursor = next;
    if (keys.length === 0) continue;
    const removing = server.pipeline();
    // One by one: they lie in many slots.
    for (const key of keys) removing.unlink(key);
    for (const [fault] of (await removing.exec()) ?? []) if (fault !== null) throw fault;
  } while (cursor !== "0");
}

function slotsRefreshed(cluster: Cluster): Promise<void> {
  return new Promise((resolve, reject) => {
    cluster.refreshSlotsCache((fault) => {
      if (fault) reject(new StoreUnavailable(`The store cannot be used: ${fault.message}`));
      else resolve();
    });
  });
}
