const LOOK_EVERY_MS = 250;

/**
 * Tells when the process that started this one is gone. npm and npx pass a signal to the shell between,
 * which dies of it and tells its child nothing.
 */
export function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
}
