// The thread that ends a test file which runs without a pause.

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { killMarked } from "./leftovers.ts";

setTimeout(() => {
  writeSync(2, workerData.sentence);
  killMarked(workerData.fileMark);
  process.kill(process.pid, "SIGKILL");
}, workerData.limitMs);
