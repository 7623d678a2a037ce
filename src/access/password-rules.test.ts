import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryPassword } from "./password-hash.ts";
import { passwordFaults } from "./password-rules.ts";

const OWNER = {
  ...{ userId: 4711, username: "anna.w", firstName: "Anna", lastName: "Li" },
  email: "office@example.com",
};

const CASES: readonly [password: string, isGood: boolean, why: string][] = [
  ["Quiet-Harbour1", true, "all of it"],
  ["Quiet-Harb1x", true, "12 characters"],
  ["Quiet-Har1x", false, "11 characters"],
  [`Q-1${"x".repeat(37)}`, true, "40 characters"],
  [`Q-1${"x".repeat(38)}`, false, "41 characters"],
  ["quiet-harbour1", false, "no capital"],
  ["QUIET-HARBOUR1", false, "no small letter"],
  ["Quiet-Harbours", false, "no digit"],
  ["QuietHarbour12", false, "no sign"],
  ["Quiet:Harbour1", false, "a colon"],
  ["Quiet:Harb-ur1", false, "a colon beside another sign"],
  ["-Quiet-Harbour1", false, "begins with a sign"],
  ["Quiet-Harbour1!", false, "ends with a sign"],
  ["Quiet-Härbour1", false, "not a Latin letter of ASCII"],
  ["Quiet-Harb our1", false, "a space"],
  ["Quiet-anna.W-1", false, "the username"],
  ["Quiet-aNNa-x-1", false, "the first name"],
  ["Quiet-Lisbon-1", true, "a last name of two letters"],
  ["Quiet-Office-1", false, "the e-mail address before its sign"],
  ["Quiet-Harb-4711", false, "the user's ID"],
];

for (const [password, isGood, why] of CASES) {
  test(`a password is ${isGood ? "taken" : "refused"}: ${why}`, () => {
    const faults = passwordFaults(password, OWNER);
    assert.equal(faults.length === 0, isGood, faults.join(" "));
  });
}

test("a temporary password keeps the rules", () => {
  for (let made = 0; made < 100; made++) {
    assert.deepEqual(passwordFaults(temporaryPassword(), { ...OWNER, userId: 0 }), []);
  }
});
