// A fault of ours as the log may hold it. Messages of errors often quote what was read (JSON.parse does),
// and what was read may be a visitor's: only messages that are known to quote nothing pass.

export interface FaultDescription {
  readonly name: string;
  readonly code?: string;
  readonly message?: string;
  /** Where it was thrown, innermost first. */
  readonly frames: readonly string[];
}

const MAX_FRAMES = 12;
/** Errors whose messages speak of files, ports and sizes: the stores', our own, LMDB's, the system's. */
const SAFE_NAMES: ReadonlySet<string> = new Set(["StoreUnusable", "StoreOverloaded"]);
const SAFE_MESSAGE = /^(?:Invariant broken: |MDB_|E[A-Z]{2,}: |(?:listen|bind|open|spawn) E[A-Z]+)/;

export function describeFault(error: unknown): FaultDescription {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const code = "code" in error ? error.code : undefined;
  return {
    name: error.name,
    ...(typeof code === "string" || typeof code === "number" ? { code: String(code) } : {}),
    ...(isSafe(error) ? { message: error.message } : {}),
    frames: framesOf(error),
  };
}

/** The same in one line, for an operator who reads no log. */
export function faultSentence(error: unknown): string {
  const { name, code, message } = describeFault(error);
  return message ?? (code === undefined ? name : `${name} (${code})`);
}

function isSafe({ name, message }: Error): boolean {
  return SAFE_NAMES.has(name) || SAFE_MESSAGE.test(message);
}

/** The stack begins with the message, which may run over several lines: it is left out. */
function framesOf(error: Error): string[] {
  const stack = error.stack ?? "";
  const messageAt = stack.indexOf(error.message);
  const frames = messageAt < 0 ? stack : stack.slice(messageAt + error.message.length);
  const lines = frames.split("\n").map((line) => line.trim());
  return lines.filter((line) => line.startsWith("at ")).slice(0, MAX_FRAMES);
}
