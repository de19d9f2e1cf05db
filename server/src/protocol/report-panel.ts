/** Messages between the extension and the panel that shows what was measured of a probe. */
import type { ProbeReport } from "./probe-report.ts";

/** To the panel. */
export type ToReportPanel =
  /** A report; empty `uri`: it is kept in no file. */
  | { type: "show"; uri: string; file: string; report: ProbeReport }
  /** What was asked with `copy` is on the clipboard. */
  | { type: "copied" }
  /** Why there is nothing to show. */
  | { type: "problem"; uri: string; message: string };

/** From the panel. */
export type FromReportPanel =
  | { type: "ready" }
  /** The user wants to see where an example stands, by its index in the report's `errors`. */
  | { type: "reveal"; error: number }
  /** The report as Markdown, for the clipboard. */
  | { type: "copy"; text: string };

/** What the panel keeps while it is hidden: which file, never figures. Empty: a report that no file keeps. */
export interface ReportPanelState {
  uri: string;
}
