/** Makes a capital letter small, and of no other octet of a token a letter or a hyphen. */
const SMALL = 0x20;

/** Whether a header's name, a token, is this one in any letter case. Makes no string. */
export function isNamed(name: string, inSmallLetters: string): boolean {
  if (name.length !== inSmallLetters.length) return false;
  for (let at = 0; at < name.length; at++) {
    if ((name.charCodeAt(at) | SMALL) !== inSmallLetters.charCodeAt(at)) return false;
  }
  return true;
}
