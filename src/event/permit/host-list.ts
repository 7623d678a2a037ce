/** Whether a host, in lower case, is on a list: an entry covers itself and what is below it. */
export function isOnHostList(host: string, list: readonly string[]): boolean {
  return list.some((entry) => {
    const name = entry.toLowerCase();
    return host === name || host.endsWith(`.${name}`);
  });
}
