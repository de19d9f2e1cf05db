import type { Figure, ProbeCell, ProbeReport } from "../protocol/probe-report.ts";
import { columns } from "./columns.ts";

/** A report for a terminal: the cells, the chosen one with its controls, and what to trust. @param kept the probe's file */
export function reportText(report: ProbeReport, kept: string | null): string {
  const { data, cells, chosen, figures, controls, trust, timing, errors } = report;
  const lines = [
    `${report.name} on ${report.model.id}: ${data.train} examples to learn from, ${data.test} held out.`,
    ...data.classes.map(({ name, train, test }) => `  ${name}: ${train} and ${test}`),
    "",
    ...columns([
      ["", "where", "reads", "kind", "chooses", "held out", "shuffled", "control", "bits"],
      ...cells.map((cell, i) => row(cell, i === chosen)),
    ]),
  ];
  if (figures && controls && chosen !== null) {
    if (cells[chosen].validation) lines.push(ofTheTable);
    const rows: string[][] = [
      [`  ${figures.measure}`, shown(figures.leading)],
      ["  majority", share(controls.majority)],
      ...controls.text
        .filter(({ id }) => id !== "majority")
        .map(({ id, before, figure, heaviest }) => [
          `  ${id}${before ? " of the text up to there" : ""}`,
          shown(figure),
          heaviest.length > 0 ? `e.g. ${heaviest.slice(0, 4).join(", ")}` : "",
        ]),
    ];
    const { cleaned, shuffled, controlTask, groups, codeLength, seeds, curve } = controls;
    if (cleaned) rows.push([`  without the ${cleaned.dropped} that words give away`, shown(cleaned.probe)]);
    if (shuffled.length > 0)
      rows.push([
        "  shuffled labels",
        shuffled.map(({ value }) => share(value)).join(", "),
        `${shuffled.filter(({ within }) => within).length} of ${shuffled.length} within chance`,
      ]);
    if (controlTask)
      rows.push([
        "  control task",
        shown(controlTask.control),
        `selectivity ${controlTask.selectivity.toFixed(2)}, ${share(controlTask.seenTypes)} of the ${controlTask.types === "words" ? "texts' key words" : "words"} seen`,
      ]);
    if (groups) rows.push(["  groups held out", shown(groups.figure)]);
    if (seeds) rows.push([`  ${seeds.runs.length} other splits`, shown(seeds.figure)]);
    if (codeLength)
      rows.push([
        "  code length",
        `${codeLength.bits.toFixed(0)} bits`,
        `compression ${codeLength.compression.toFixed(1)}`,
      ]);
    if (figures.abstention)
      rows.push([
        `  sets at α = ${figures.abstention.alpha}`,
        `hold the class in ${shown(figures.abstention.coverage)}`,
        `abstains on ${figures.abstention.classes.map(({ name, abstained }) => `${name} ${share(abstained)}`).join(", ")}`,
      ]);
    if (figures.calibrationError !== null)
      rows.push(["  calibration error", figures.calibrationError.toFixed(3)]);
    if (curve.length > 0)
      rows.push([
        "  from fewer examples",
        curve.map(({ examples, figure }) => `${examples}: ${share(figure.value)}`).join(", "),
      ]);
    lines.push("", `Chosen: ${placeOf(cells[chosen])}`, ...columns(rows));
    for (const { name, why } of controls.refused ?? []) lines.push(`  not made: ${name}. ${why}`);
  }
  for (const { kind, position, layer } of report.depth)
    lines.push(`  ${kind}, ${position}: readable from layer ${layer ?? "none"} on`);
  if (errors.length > 0)
    lines.push(
      "",
      "Most wrong:",
      ...errors.slice(0, 3).map((it) => `  ${it.source.where}: ${it.label}, told ${it.told}`),
    );
  if (trust) lines.push("", trust.sentence);
  const { collect, cells: fits, controls: control, read, texts } = timing;
  lines.push(
    `Read ${read} of ${texts} texts (the others were known) in ${collect.toFixed(1)} s, trained in ${fits.toFixed(1)} s, controls in ${control.toFixed(1)} s.`,
  );
  if (kept) lines.push(`Done: the probe is in ${kept}.`);
  return lines.join("\n");
}

const ofTheTable =
  "In the table a fifth of the examples to learn from was left out of every fit, and chooses; below, the chosen probe has learnt from those too.";

function row(cell: ProbeCell, isChosen: boolean): string[] {
  const { source, position, kind, problem, validation, test, information } = cell;
  const { shuffled, control, controlRuns } = cell;
  const run = (value: number | null, figure: Figure | null | undefined) =>
    figure ? shown(figure) : value === null ? "–" : share(value);
  const start = [isChosen ? "→" : "", source, position, kind];
  if (problem) return [...start, problem];
  return [
    ...start,
    validation ? share(validation.value) : "–",
    test ? shown(test) : "–",
    run(shuffled, controlRuns?.shuffled),
    run(control, controlRuns?.control),
    information ? information.value.toFixed(2) : "–",
  ];
}

const placeOf = ({ source, position, kind }: ProbeCell): string => `${kind} at ${source}, ${position}`;
const share = (value: number): string => value.toFixed(3);
const shown = ({ value, low, high }: Figure): string =>
  high === Number.MAX_VALUE ? share(value) : `${share(value)} (${share(low)}–${share(high)})`;
