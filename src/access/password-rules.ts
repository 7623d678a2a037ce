// What a password must be ("Management API, reports and UI", Authentication), apart from being a new one.

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly userId: number;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

const MIN = 12;
const MAX = 40;
/** Shorter parts are in half of all passwords. */
const MIN_PART = 3;

const RULES: readonly (readonly [wanted: RegExp, sentence: string])[] = [
  [/^.{12,40}$/su, `Expected ${MIN} to ${MAX} characters.`],
  [/^[\x21-\x7e]*$/, "Expected Latin letters, digits and signs, without spaces."],
  [/^[A-Za-z0-9].*[A-Za-z0-9]$/s, "Expected a letter or a digit as the first and the last one."],
  [/[A-Z]/, "Expected a capital letter."],
  [/[a-z]/, "Expected a small letter."],
  [/[0-9]/, "Expected a digit."],
  [/[!-/;-@[-`{-~]/, "Expected a sign such as ! or #, other than a colon."],
  [/^[^:]*$/, "Expected no colon."],
];

/** A sentence for each rule that it breaks. */
export function passwordFaults(password: string, owner: PasswordOwner): readonly string[] {
  const broken = RULES.flatMap(([wanted, sentence]) => (wanted.test(password) ? [] : [sentence]));
  const lower = password.toLowerCase();
  const names = [owner.username, owner.firstName, owner.lastName, owner.email];
  const parts = [...names, owner.email.split("@")[0] ?? "", String(owner.userId)];
  const holdsName = parts.some(
    (part) => part.length >= MIN_PART && lower.includes(part.toLowerCase()),
  );
  if (holdsName)
    broken.push("Expected neither name, nor e-mail address, nor ID of the user in it.");
  return broken;
}
