import assert from "node:assert/strict";
import { test } from "node:test";
import { helpText, readOrder } from "./choose-rows.ts";
import { ROWS } from "./row-table.ts";

function chosen(...words: string[]): string[] | string {
  const order = readOrder(words, ROWS);
  return order.kind === "run" ? order.rows.map(({ name }) => name) : order.kind;
}

test("without a word every row runs, in the table's order", () => {
  assert.deepEqual(
    chosen(),
    ROWS.map(({ name }) => name),
  );
});

test("a row is chosen by its name, by a figure and by how a figure's name begins", () => {
  assert.deepEqual(chosen("publish"), ["publish"]);
  assert.deepEqual(chosen("start.ms"), ["publish"]);
  assert.deepEqual(chosen("match.us_100"), ["match"]);
  // The row `event` is another than the one that gives this figure.
  assert.deepEqual(chosen("event"), ["event"]);
  assert.deepEqual(chosen("event.flatness"), ["flatness"]);
  assert.deepEqual(chosen("record", "call", "record.bytes_10"), ["call", "record"]);
});

test("every row is chosen by each figure that it is listed with, and by its name alone", () => {
  for (const { name, figures } of ROWS) {
    assert.deepEqual(chosen(name), [name]);
    for (const figure of figures) assert.deepEqual(chosen(figure), [name], figure);
  }
});

test("a word that nothing is called by is refused, also among others and as an option", () => {
  for (const word of ["evnt", "eventual", "match.us_7", "--fast", ""]) {
    assert.deepEqual(readOrder(["record", word], ROWS), { kind: "refused", words: [word] });
  }
});

test("--help measures nothing, whatever else is said, and names every row and figure", () => {
  assert.equal(chosen("record", "--help"), "help");
  assert.equal(chosen("-h", "nonsense"), "help");
  const text = helpText(ROWS);
  for (const { name, figures } of ROWS) {
    assert.ok(text.includes(`  ${name} `), name);
    for (const figure of figures) assert.ok(text.includes(figure), figure);
  }
});
