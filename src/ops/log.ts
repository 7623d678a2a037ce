// One JSON line for each thing that an operator may want to know, on standard error. Nothing is logged
// but what a caller of these functions names: never a request, a header, a cookie or an error whole.

import pino from "pino";
import { describeFault } from "./describe-fault.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A fault of ours: its name and place, and its message where that is known to quote nobody. */
  fault(message: string, error: unknown, fields?: LogFields): void;
}

const STANDARD_ERROR = 2;

/** `process` tells the primary's lines from the workers'. */
export function openLog(level: string, process: string): Log {
  const lines = pino(
    { level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: "message" },
    // Written at once: the line before a crash is the one that is wanted.
    pino.destination({ fd: STANDARD_ERROR, sync: true }),
  );
  return {
    debug: (message, fields = {}) => lines.debug(fields, message),
    info: (message, fields = {}) => lines.info(fields, message),
    warn: (message, fields = {}) => lines.warn(fields, message),
    error: (message, fields = {}) => lines.error(fields, message),
    fault: (message, error, fields = {}) =>
      lines.error({ ...fields, fault: describeFault(error) }, message),
  };
}
