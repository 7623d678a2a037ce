// @ts-check

/** Something that the person at the keyboard can mend: what is wrong, and what to do about it. */
export class SetupProblem extends Error {
  /**
   * @param {string} what
   * @param {string} remedy
   */
  constructor(what, remedy) {
    super(`${what}\n${remedy}`);
    this.name = "SetupProblem";
  }
}
