/**
 * The advisory locks of the project. One number space a database, hence one list.
 */

/** Held by the process that migrates. */
export const MIGRATION_LOCK = 7_281_001;

/** Shared by every batch, exclusive for the flip to another rule set version. */
export const RULE_VERSION_LOCK = 7_281_002;

/** Held, in its transaction, by whoever makes or drops the tables of a month; `ensure_decision_month` takes it by this number. */
export const DECISION_MONTHS_LOCK = 7_281_003;
