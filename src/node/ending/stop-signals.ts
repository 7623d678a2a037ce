import { watchParent } from "./watch-parent.ts";

/** One Ctrl-C may arrive several times: from the terminal, from npx, from the program that started us. */
const SAME_WISH_MS = 500;
const AT_ONCE_EXIT_CODE = 1;

/**
 * Resolves when the node is asked to stop: by SIGTERM or SIGINT, or because the program that started it, and
 * keeps a channel to it, is gone. Asked a second time, the process ends at once, and its workers with it.
 */
export function waitForStop(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const ask = (): void => {
    const now = performance.now();
    if (askedAt !== null && now - askedAt > SAME_WISH_MS) process.exit(AT_ONCE_EXIT_CODE);
    askedAt ??= now;
    resolve();
  };
  process.on("SIGTERM", ask);
  process.on("SIGINT", ask);
  if (process.connected) process.on("disconnect", ask);
  if (process.env["npm_command"] === "exec") watchParent(ask);
  return promise;
}
