// Has anything been committed since a call looked at the store? Where nothing has, by no process, what the
// call saw still holds, and its commit need not look again.

import type { DeviceId } from "../../../model/ids.ts";

/**
 * Transactions of a file are numbered without gaps, whoever makes them. A process that finds its next one
 * right behind its last one knows that nobody else has committed in between; what it committed itself it
 * counts. Where it cannot know, it says that something may have changed.
 */
export class Moments {
  #made = 0;
  /** The number of this process's last transaction that wrote something, as long as it was the last one. */
  #last = Number.NaN;
  #current = Number.NaN;
  #hasWritten = false;
  #identitiesStand = true;
  /** Whose profiles the transaction under way has written. */
  readonly #written = new Set<DeviceId>();

  /** What is read from here on is as of this moment, until the next transaction of this process. */
  get now(): number {
    return this.#made;
  }

  /** Told of the number of a transaction that has just begun, and so holds back everybody else's. */
  begin(transaction: number): void {
    this.#current = transaction;
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
  }

  /** Told once the transaction is committed. */
  end(): void {
    this.#made++;
    // One that wrote nothing leaves its number to the next one, whoever makes that.
    this.#last = this.#hasWritten ? this.#current : Number.NaN;
    this.#current = Number.NaN;
  }

  /** Whether, within a transaction, a device's identity is as it was at a moment. */
  identityStands(since: number | undefined): boolean {
    return this.#identitiesStand && this.#nobodyCommitted(since);
  }

  /** The same of a device's profiles. */
  profileStands(device: DeviceId, since: number | undefined): boolean {
    return this.#nobodyCommitted(since) && !this.#written.has(device);
  }

  #nobodyCommitted(since: number | undefined): boolean {
    return since === this.#made && this.#current === this.#last + 1;
  }
}
