import type { Log } from "../../ops/log.ts";

/** How a process ends that had a fault of its own (`EX_SOFTWARE`). */
const FAULT_EXIT_CODE = 70;

/** A fault that nobody caught leaves the process in a state that nobody knows: it is logged, and ends it. */
export function endOnFault(log: () => Log): void {
  const end = (message: string, error: unknown): void => {
    log().fault(message, error);
    process.exit(FAULT_EXIT_CODE);
  };
  process.on("uncaughtException", (error) => end("A fault nobody caught.", error));
  process.on("unhandledRejection", (error) => end("A rejection nobody handled.", error));
}
