import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../test/support/random.ts";
import type { AnswerForm } from "./parse/parse.ts";
import { type AnswerBody, writeAnswerBody, writeBody } from "./reply.ts";

const SEED = 4711;
const TEXTS = ["", "a", "</script>", "é\u2028\ud83d", '"\\\n', "x=1&y=2"];

test("the answer that is put together from parts is the one that is written whole", () => {
  const random = seededRandom(SEED);
  const maybe = <T>(value: T): T | undefined => (random.below(2) === 0 ? undefined : value);
  const list = <T>(make: () => T): T[] => Array.from({ length: random.below(4) }, make);
  const number = (): number => random.below(1_000_000);
  const text = (): string => random.pick(TEXTS);
  const forms: AnswerForm[] = [{ kind: "json" }, { kind: "jsonp", callback: "s.cb[0]" }];
  for (let run = 0; run < 2000; run++) {
    const device = String(number()).padStart(38, "1");
    const body: AnswerBody = {
      dests: maybe(list(() => ({ id: text(), y: "img", c: text() }))),
      stuff: list(() => ({ cn: text(), cv: text(), ttl: number(), dmn: text() })),
      uuid: device,
      u: maybe(device),
      dcs_region: random.below(12),
      tid: random.pick(["AAECAwQFBgc=", "ab+/cd+/ef0="]),
      traits: maybe(list(number)),
      segments: maybe(list(number)),
      ibs: maybe(
        list(() => ({
          id: text(),
          ttl: number(),
          tag: "img",
          fireURLSync: 0,
          syncOnPage: 1,
          url: [text()],
        })),
      ),
      errors: maybe(list(() => ({ code: 303, msg: text() }))),
    };
    const form = random.pick(forms);
    assert.equal(writeAnswerBody(form, body), writeBody(form, body), `seed ${SEED}, run ${run}`);
  }
});
