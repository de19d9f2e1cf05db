import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { verdictSign, verdictTitle } from "./verdicts.ts";

/** What it is about, and what to make of it: before any figure. */
export function head(report: ProbeReport, actions: HTMLElement): HTMLElement {
  const { name, model, trust } = report;
  return make(
    "header",
    {},
    make("h1", { tabindex: "-1" }, `Probe ${visible(name)}`),
    make("p", { class: "note" }, `${visible(model.id)}, ${madeText(report.made)}`),
    ...(trust ? [verdict(trust)] : [make("p", { class: "trust none" }, untrained)]),
    actions,
  );
}

/** Said of a report without figures, here and in Markdown. */
export const untrained = "Nothing can be trusted yet: no probe could be trained.";

function verdict({ verdict: kind, reasons, sentence }: NonNullable<ProbeReport["trust"]>): HTMLElement {
  const sign = verdictSign(kind);
  return make(
    "div",
    { class: `trust ${sign}` },
    make("p", {}, sentence),
    make(
      "ul",
      { "aria-label": "Why" },
      ...reasons.map((it) => make("li", { class: verdictSign(it) }, verdictTitle(it))),
    ),
  );
}

/** A date and time of ISO 8601 as people write it; as it stands where it is none. */
export function madeText(made: string): string {
  const date = new Date(made);
  if (Number.isNaN(date.getTime())) return visible(made);
  return date.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });
}
