import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFault, faultSentence } from "./describe-fault.ts";

test("a parser's message, which quotes what it read, is left out, and the place stays", () => {
  let caught: unknown;
  try {
    JSON.parse("p_private\n    at p_private:1:1\n");
  } catch (error) {
    caught = error;
  }
  const described = describeFault(caught);
  assert.equal(described.name, "SyntaxError");
  assert.ok(described.frames.length > 0);
  assert.doesNotMatch(JSON.stringify(described), /p_private/);
  assert.equal(faultSentence(caught), "SyntaxError");
});

test("messages that quote nobody pass: our own, the system's, LMDB's", () => {
  const inUse = Object.assign(new Error("listen EADDRINUSE: address already in use 127.0.0.1:80"), {
    code: "EADDRINUSE",
  });
  assert.match(faultSentence(inUse), /address already in use/);
  assert.match(faultSentence(new Error("Invariant broken: two and two are four")), /two and two/);
  assert.match(faultSentence(new Error("MDB_MAP_FULL: limit reached")), /MDB_MAP_FULL/);
});

test("what is thrown and is no error is not quoted either", () => {
  assert.deepEqual(describeFault("p_private"), { name: "string", frames: [] });
});
