// Where everything begins, the primary and its workers alike.

import cluster from "node:cluster";
import { Output } from "./cli/output.ts";
import type { RunOutcome } from "./config/run-outcome.ts";
import { faultSentence } from "./ops/describe-fault.ts";

// Each process loads only what it runs: a worker has no use for the management plane.
if (cluster.isWorker) {
  const { runWorker } = await import("./node/worker.ts");
  runWorker();
} else {
  const output = new Output(process.stdout);
  const ended = await runAsCommand((text) => output.print(text)).catch(
    (fault: unknown): RunOutcome => ({ exitCode: 1, lines: [faultSentence(fault)] }),
  );
  const outcome = await output.outcomeOf(ended);
  for (const line of outcome.lines) process.stderr.write(`dunlin: ${line}\n`);
  process.exit(outcome.exitCode);
}

async function runAsCommand(print: (text: string) => void): Promise<RunOutcome> {
  const { runCommand } = await import("./cli/run-command.ts");
  return runCommand({
    args: process.argv.slice(2),
    environment: process.env,
    print,
    serve: async (config, version) => {
      const { runPrimary } = await import("./node/primary.ts");
      const { waitForStop } = await import("./node/ending/stop-signals.ts");
      return runPrimary({ config, version, stopAsked: waitForStop() });
    },
    backUp: async (options, version) => {
      const { backUpNode } = await import("./node/backups/backups.ts");
      return backUpNode({ ...options, version, print });
    },
    restore: async (options, version) => {
      const { restoreNode } = await import("./node/backups/backups.ts");
      return restoreNode({ ...options, version, print });
    },
  });
}
