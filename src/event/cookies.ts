/** The first cookie of a name in a `Cookie` header, or null. */
export function readCookie(header: string, name: string): string | null {
  for (const pair of header.split(";")) {
    const text = pair.trim();
    if (text.startsWith(`${name}=`)) return text.slice(name.length + 1).trim();
  }
  return null;
}
