/** Remedies that are read in an editor and in a terminal alike. */

/** How the engine gets a new start. */
export const startAgain = "Run it again, in an editor with “Steerscope: Restart server”.";

/** For faults of ours. */
export const reportIt =
  "Run it again (in an editor: “Steerscope: Restart server”); if it happens again, report it with this message and the log.";
