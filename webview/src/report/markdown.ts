import type { ProbeCell, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { figure, visible } from "../text.ts";
import { comparisons, notMade } from "./comparisons.ts";
import { furtherFigures } from "./controls.ts";
import { timingText } from "./data.ts";
import { madeText, untrained } from "./head.ts";
import { intervalText, measureOf } from "./measure.ts";
import { verdictTitle } from "./verdicts.ts";

/** A report as Markdown, for the appendix of a paper: the controls and the cells as tables, and what makes it again. */
export function reportMarkdown(report: ProbeReport): string {
  const { name, model, made, trust, data, conventions, cells, chosen, seed } = report;
  const parts = [
    `# Probe ${plain(name)}`,
    trust
      ? `**${plain(trust.sentence)}** (${trust.reasons.map(verdictTitle).join("; ")})`
      : `**${untrained}**`,
    `${plain(model.id)} (${model.layers} layers, ${model.dModel} dimensions), ${madeText(made)}; ${data.train} examples to learn from, ${data.test} held out${classCounts(report)}.${chosen === null ? "" : ` ${chosenBy(cells[chosen])}: ${placeOf(cells[chosen])}.`}`,
    ...controlTable(report),
    list(notMade(report).map((it) => `Not made: ${plain(it)}`)),
    list(furtherFigures(report).flatMap(([key, value]) => (value ? [`${key}: ${plain(value)}`] : []))),
    ...cellTable(report),
    list([
      `Hash of the data: \`${data.hash}\``,
      `Hash of the model: \`${model.sha256}\``,
      `Seed: ${seed}`,
      timingText(report),
      ...[...data.problems, ...conventions].map((it) => plain(it)),
    ]),
  ];
  return `${parts.filter((it) => it !== "").join("\n\n")}\n`;
}

const chosenBy = ({ validation }: ProbeCell): string =>
  validation
    ? "Chosen by a part of those to learn from, which no fit in the table of places has seen and the probe has then learnt from too"
    : "The first that could be trained";

function classCounts({ data }: ProbeReport): string {
  if (data.classes.length === 0) return "";
  return ` (${data.classes.map(({ name, train, test }) => `${plain(name)}: ${train} and ${test}`).join("; ")})`;
}

function controlTable(report: ProbeReport): string[] {
  const measure = measureOf(report);
  const rows = comparisons(report).map(({ name, figure: it, said, note }) => [
    name,
    it ? measure.short(it.value) : said,
    it ? intervalText(it, measure) : "",
    it ? String(it.n) : "",
    note,
  ]);
  if (rows.length === 0) return [];
  const unit = measure.name === "accuracy" ? "accuracy, %" : measure.name;
  return [table(["", unit, "95 % interval", "n", ""], rows)];
}

function cellTable(report: ProbeReport): string[] {
  const measure = measureOf(report);
  const short = (it: number | null) => (it === null ? "" : measure.short(it));
  const rows = report.cells.map((cell, i) => [
    `\`${visible(cell.source)}\``,
    ...[cell.position, cell.kind, cell.test ? short(cell.test.value) : (cell.problem ?? "")],
    cell.test ? intervalText(cell.test, measure) : "",
    ...[short(cell.shuffled), short(cell.control), cell.information ? figure(cell.information.value) : ""],
    i === report.chosen ? "chosen" : "",
  ]);
  if (rows.length === 0) return [];
  return [
    table(
      ["place", "position", "kind", measure.name, "95 % interval", "shuffled", "control task", "bits", ""],
      rows,
      [0],
    ),
  ];
}

/** @param code columns that are Markdown already */
function table(heads: string[], rows: string[][], code: number[] = []): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(heads),
    line(heads.map((_, i) => (i === 0 ? "---" : "--:"))),
    ...rows.map((cells) =>
      line(cells.map((it, i) => (code.includes(i) ? it.replace(/\|/g, "\\|") : plain(it)))),
    ),
  ].join("\n");
}

const list = (items: readonly string[]): string => items.map((it) => `- ${it}`).join("\n");

const placeOf = ({ kind, source, position }: ProbeCell): string =>
  `${kind} at \`${visible(source)}\`, ${position}`;

/** Text that Markdown takes for nothing but text. */
function plain(text: string): string {
  return visible(text, 2000).replace(/[\\`*_<>|[\]]/g, "\\$&");
}
