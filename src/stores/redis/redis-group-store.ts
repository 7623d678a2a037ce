// Nodes that share a Redis or Valkey store find each other there (`control-scripts.ts`).

import type { Revision } from "../../catalog/definition-store.ts";
import type { GroupStore, GroupView, MemberReport } from "../../group/group-store.ts";
import type { ControlCommands } from "./control-commands.ts";
import {
  BEAT,
  CHANGES_CHANNEL,
  END_TURN,
  KEEP,
  LEAVE,
  PROPOSAL,
  PROPOSE,
  SET_CLOCK,
  TAKE_TURN,
} from "./control-scripts.ts";
import { packDocument, unpackDocument } from "./packed-document.ts";
import { bytesAt, listOf, numberAt, textAt } from "./script-answer.ts";

/** A proposal that nobody took back goes by itself: longer than any turn. */
const PROPOSAL_KEPT_MS = 15 * 60_000;

export class RedisGroupStore implements GroupStore {
  readonly leaseMs: number;
  readonly #commands: ControlCommands;

  constructor(commands: ControlCommands, leaseMs: number) {
    this.#commands = commands;
    this.leaseMs = leaseMs;
  }

  async beat(name: string, report: MemberReport): Promise<GroupView> {
    const args = [name, JSON.stringify(report), this.leaseMs];
    const [newest, turn, clock, members] = listOf(await this.#commands.run(BEAT, args)).map(listOf);
    if (!newest || !turn || !clock || !members) {
      throw new Error("Invariant broken: a beat is answered with four lists");
    }
    return {
      newest: { revision: numberAt(newest, 0), fence: numberAt(newest, 1) },
      turn: turnOf(turn),
      clock: clock[0] === null ? null : { setting: numberAt(clock, 0), now: numberAt(clock, 1) },
      members: membersOf(members),
    };
  }

  async leave(name: string): Promise<void> {
    await this.#commands.run(LEAVE, [name]);
  }

  async takeTurn(name: string): Promise<{ fence: number; newest: number } | null> {
    const answer = await this.#commands.run(TAKE_TURN, [name]);
    if (answer === null) return null;
    const parts = listOf(answer);
    return { fence: numberAt(parts, 0), newest: numberAt(parts, 1) };
  }

  async propose(fence: number, { revision, document }: Revision): Promise<boolean> {
    const packed = await packDocument(document);
    return (await this.#commands.run(PROPOSE, [fence, revision, packed, PROPOSAL_KEPT_MS])) === 1;
  }

  async proposal(fence: number): Promise<Revision | null> {
    const answer = await this.#commands.run(PROPOSAL, [fence]);
    if (answer === null) return null;
    const parts = listOf(answer);
    if (parts[1] === null) return null;
    return { revision: numberAt(parts, 0), document: await unpackDocument(bytesAt(parts, 1)) };
  }

  async endTurn(fence: number): Promise<void> {
    await this.#commands.run(END_TURN, [fence]);
  }

  async setClock(now: number): Promise<number> {
    return numberAt([await this.#commands.run(SET_CLOCK, [now])], 0);
  }

  async keep(name: string, value: string): Promise<string> {
    return textAt([await this.#commands.runDurably(KEEP, [name, value])], 0);
  }

  onChange(listener: () => void): void {
    this.#commands.subscribe(CHANGES_CHANNEL, listener);
  }
}

function turnOf(parts: readonly unknown[]): GroupView["turn"] {
  if (parts[0] === null) return null;
  return { fence: numberAt(parts, 0), holder: textAt(parts, 1), proposes: numberAt(parts, 2) };
}

/** Names and reports by turns. */
function membersOf(parts: readonly unknown[]): ReadonlyMap<string, MemberReport> {
  const members = new Map<string, MemberReport>();
  for (let index = 0; index < parts.length; index += 2) {
    // Only `beat` writes reports.
    const report = JSON.parse(textAt(parts, index + 1)) as MemberReport;
    members.set(textAt(parts, index), report);
  }
  return members;
}
