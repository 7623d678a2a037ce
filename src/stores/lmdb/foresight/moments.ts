// Has anything been committed since a call looked at the store? Where nothing has, by no process, what the
// call saw still holds, and its commit need not look again.

import type { DeviceId } from "../../../model/ids.ts";

/**
 * Transactions of a file are numbered without gaps, whoever makes them. A process that finds its next one
 * right behind its last one knows that nobody else has committed in between; what it committed itself it
 * remembers, for two transactions: calls look at the store while one is on its way to the disk, and are
 * committed in the next one. Where it cannot know, it says that something may have changed.
 */
export class Moments {
  #made = 0;
  /** The number of this process's last transaction that wrote something, as long as it was the last one. */
  #last = Number.NaN;
  #current = Number.NaN;
  /** Whether the transaction under way comes right behind the last one, and so did that. */
  #isNext = false;
  #wasNext = false;
  #hasWritten = false;
  /** Whether the transaction under way, and the last one, have left all identities as they were. */
  #identitiesStand = true;
  #identitiesStood = true;
  /** Whose profiles the transaction under way, and the last one, have written. */
  #written = new Set<DeviceId>();
  #writtenBefore = new Set<DeviceId>();

  /** What is read from here on is as of this moment or later. */
  get now(): number {
    return this.#made;
  }

  /** Told of the number of a transaction that has just begun, and so holds back everybody else's. */
  begin(transaction: number): void {
    this.#current = transaction;
    this.#isNext = transaction === this.#last + 1;
    this.#hasWritten = false;
    this.#identitiesStand = true;
    this.#written.clear();
  }

  /** Told of each profile that the transaction writes, of a device or else. */
  profileWritten(device: DeviceId | null): void {
    this.#hasWritten = true;
    if (device !== null) this.#written.add(device);
  }

  identitiesWritten(): void {
    this.#identitiesStand = false;
  }

  /** Told before the transaction forgets everybody: from there on it knows nothing of before. */
  everybodyForgotten(): void {
    this.#current = Number.NaN;
    this.#isNext = false;
  }

  /** Told once the transaction is committed. */
  end(): void {
    this.#made++;
    // One that wrote nothing leaves its number to the next one, whoever makes that.
    this.#last = this.#hasWritten ? this.#current : Number.NaN;
    this.#wasNext = this.#isNext;
    this.#identitiesStood = this.#identitiesStand;
    [this.#written, this.#writtenBefore] = [this.#writtenBefore, this.#written];
    this.#current = Number.NaN;
    this.#isNext = false;
  }

  /** Whether, within a transaction, a device's identity is as it was at a moment. */
  identityStands(since: number | undefined): boolean {
    if (!this.#isNext || !this.#identitiesStand) return false;
    return since === this.#made || (this.#isOneBefore(since) && this.#identitiesStood);
  }

  /** The same of a device's profiles. */
  profileStands(device: DeviceId, since: number | undefined): boolean {
    if (!this.#isNext || this.#written.has(device)) return false;
    return since === this.#made || (this.#isOneBefore(since) && !this.#writtenBefore.has(device));
  }

  /** Whether it was before our last transaction, but nobody else's was in between. */
  #isOneBefore(since: number | undefined): boolean {
    return since === this.#made - 1 && this.#wasNext;
  }
}
