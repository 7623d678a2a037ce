import type { ControlScript } from "./control-scripts.ts";

/** How the scripts of the control slot are run. */
export interface ControlCommands {
  /** Answers hold bytes for text, and null for what is missing. */
  run(script: ControlScript, args: readonly (string | Buffer | number)[]): Promise<unknown>;
  /** The same, and waits until as many servers have it as the store was told to wait for. */
  runDurably(script: ControlScript, args: readonly (string | Buffer | number)[]): Promise<unknown>;
  /** Calls back whenever something is published on a channel. */
  subscribe(channel: string, listener: () => void): void;
}
