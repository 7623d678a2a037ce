/** Which revision of the definitions an answer was computed with. */
export const REVISION_HEADER = "dunlin-revision";
