/**
 * Number of the rules by which commands come to their results. Every change after which some command would come to another
 * result than before raises it, so that a journal is never replayed by other rules than it was written by.
 */
export const RULES_VERSION = 0;
