import type { ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import type {
  FromReportPanel,
  ReportPanelState,
  ToReportPanel,
} from "../../../server/src/protocol/report-panel.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { cellDetail } from "./cell-detail.ts";
import { confusionPart } from "./confusion.ts";
import { controlsPart } from "./controls.ts";
import { dataPart } from "./data.ts";
import { errorsPart } from "./errors.ts";
import { gridsOf } from "./grids.ts";
import { head } from "./head.ts";
import { heatMap } from "./heat-map.ts";
import { layersPart } from "./layers.ts";
import { learningPart } from "./learning.ts";
import { reportMarkdown } from "./markdown.ts";
import { button, note, section } from "./parts.ts";
import { reliabilityPart } from "./reliability.ts";

/** The editor around the page. */
export interface Host {
  postMessage(message: FromReportPanel): void;
  setState(state: ReportPanelState): void;
}

/** Runs the page in an element. @returns what takes the extension's messages */
export function startReport(host: Host, root: HTMLElement): (message: ToReportPanel) => void {
  const status = make("span", { class: "status", role: "status" });

  function show(report: ProbeReport, file: string): void {
    const copy = button("Copy as Markdown", "action", () =>
      host.postMessage({ type: "copy", text: reportMarkdown(report) }),
    );
    status.textContent = "";
    const where = file
      ? [make("span", { class: "note" }, visible(file))]
      : [note("This report is kept in no file.")];
    root.replaceChildren(
      head(report, make("div", { class: "actions" }, copy, status, ...where)),
      make(
        "main",
        {},
        ...controlsPart(report),
        ...cellsPart(report),
        ...layersPart(report),
        make("div", { class: "pair" }, ...learningPart(report), ...reliabilityPart(report)),
        ...confusionPart(report),
        ...errorsPart(report, (error) => host.postMessage({ type: "reveal", error })),
        dataPart(report),
      ),
    );
  }

  return (message) => {
    switch (message.type) {
      case "show":
        host.setState({ uri: message.uri });
        return show(message.report, message.file);
      case "copied":
        status.textContent = "Copied.";
        return;
      case "problem":
        host.setState({ uri: message.uri });
        root.replaceChildren(make("p", { class: "problem", role: "alert" }, message.message));
    }
  };
}

/** With more rows the last of a grid are not seen with its first: the figures of a cell stay in view beside them. */
const mostRows = 14;

/** Where it can be read: all cells, and the figures of the one that is looked at. */
function cellsPart(report: ProbeReport): HTMLElement[] {
  const { cells, chosen } = report;
  if (cells.length === 0) return [];
  const isTall = gridsOf(cells).some(({ rows }) => rows.length > mostRows);
  const detail = make("div", { class: isTall ? "looked-at tall" : "looked-at" });
  const map = heatMap(report, (cell) => detail.replaceChildren(cellDetail(report, cell)));
  if (chosen !== null) {
    map.select(chosen);
    detail.replaceChildren(cellDetail(report, chosen));
  }
  return [section("Where it can be read", ...problemsOf(report), map.element, detail)];
}

/** Why cells have no figures, each reason once. */
function problemsOf({ cells }: ProbeReport): HTMLElement[] {
  const counts = new Map<string, number>();
  for (const { problem } of cells) if (problem) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  const lines = [...counts].map(
    ([problem, n]) => `${visible(problem, 1000)} (${n} of ${cells.length} cells)`,
  );
  if (lines.length === 0) return [];
  return [make("ul", { class: "problem" }, ...lines.map((it) => make("li", {}, it)))];
}
