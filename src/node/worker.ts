// A collection process: waits for the primary's orders, serves the collection plane, and ends with the
// primary.

import { type Log, openLog } from "../ops/log.ts";
import type { StoreFiles } from "../stores/lmdb/environment.ts";
import type { CompiledDefinitions } from "./definitions.ts";
import { endOnFault } from "./ending/end-on-fault.ts";
import type { OrderOf } from "./messages.ts";
import { openWorkerFiles } from "./open-stores.ts";
import { answerOrders, type OrderHandlers } from "./worker-channel.ts";
import { openWorkerWorld, type WorkerWorld } from "./worker-world.ts";

export function runWorker(): void {
  let log: Log = openLog("info", "worker");
  let world: WorkerWorld | null = null;
  let files: StoreFiles | null = null;

  const opened = (): WorkerWorld => {
    if (world === null) throw new Error("Invariant broken: a worker was asked before it started");
    return world;
  };

  const start = async (order: OrderOf<"start">): Promise<{ port: number }> => {
    log = openLog(order.settings.log, "worker");
    const { host, port } = order.settings.collect;
    const { server } = (world = await openWorkerWorld(order, files, log));
    return { port: await server.listen(host, port) };
  };

  const stop = async (): Promise<null> => {
    await world?.server.drain();
    await world?.close();
    // The answer has to leave first.
    setImmediate(() => process.disconnect?.());
    return null;
  };

  answerOrders(
    {
      "open-store": async ({ settings }) => {
        files = openWorkerFiles(settings);
        return null;
      },
      start,
      stop,
      ...publicationOrders(opened),
      "set-clock": async ({ now }) => {
        opened().setClock(now);
        return null;
      },
      "forget-everyone": async () => {
        await opened().store.forgetEveryone();
        return null;
      },
      "describe-visitor": ({ question }) => opened().describeVisitor(question),
      "explain-visitor": ({ question }) => opened().explainVisitor(question),
      "describe-data-source": async ({ dataSourceId }) => opened().describeDataSource(dataSourceId),
      "list-partners": async () => opened().listPartners(),
      ping: async () => null,
      "report-metrics": async () => opened().reportMetrics(),
      "report-seen-keys": async ({ pid }) => opened().reportSeenKeys(pid),
    },
    (kind, error) => log.fault("An order could not be carried out.", error, { order: kind }),
  );

  endOnFault(() => log);
  // The primary decides when to stop; a terminal sends its Ctrl-C to the whole group.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => {
    void stop();
  });
}

/** New definitions are compiled beside those in use, and taken over or forgotten later. */
function publicationOrders(
  opened: () => WorkerWorld,
): Pick<OrderHandlers, "prepare" | "adopt" | "discard"> {
  let prepared: CompiledDefinitions | null = null;
  return {
    prepare: async ({ definitions }) => {
      prepared = opened().compile(definitions);
      return null;
    },
    adopt: async ({ revision }) => {
      if (prepared?.catalog.revision !== revision) {
        throw new Error(`Invariant broken: revision ${revision} was not prepared`);
      }
      opened().adopt(prepared);
      prepared = null;
      return null;
    },
    discard: async () => {
      prepared = null;
      return null;
    },
  };
}
