import type { Figure, ProbeCell, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { make } from "../dom.ts";
import { select } from "../explorer/fields.ts";
import { figure } from "../text.ts";
import { hookOf } from "./grids.ts";
import { type Line, type LinePoint, linePlot } from "./line-plot.ts";
import { figureText, hasInterval, intervalOf, measureOf } from "./measure.ts";
import { note, section } from "./parts.ts";

/** Cells of one kind and position that differ by their layer. */
export interface Series {
  name: string;
  kind: string;
  position: ProbeCell["position"];
  /** By layer, those without figures left out. */
  cells: (ProbeCell & { layer: number })[];
}

/** Every kind and position that was trained at several layers; those of the chosen cell first. */
export function seriesOf({ cells, chosen }: Pick<ProbeReport, "cells" | "chosen">): Series[] {
  const found = new Map<string, Series>();
  const order = chosen === null ? cells : [cells[chosen], ...cells];
  for (const cell of new Set(order)) {
    const { layer, kind, position, test } = cell;
    if (layer === null) continue;
    const hook = hookOf(cell) ?? "latents";
    const name = `${kind}, ${position}, ${hook.replace(/^hook_/, "")}`;
    const series = found.get(name) ?? { name, kind, position, cells: [] };
    if (test) series.cells.push({ ...cell, layer });
    found.set(name, series);
  }
  const several = [...found.values()].filter((it) => new Set(it.cells.map(({ layer }) => layer)).size > 1);
  for (const it of several) it.cells.sort((a, b) => a.layer - b.layer);
  return several;
}

/** What can be read from which layer on; nothing where no kind was trained at several. */
export function layersPart(report: ProbeReport): HTMLElement[] {
  const all = seriesOf(report);
  if (all.length === 0) return [];
  const place = make("div", { class: "plots" });
  const show = (series: Series) => place.replaceChildren(...plots(report, series));
  show(all[0]);
  const choice = select(
    "Kind, position and hook point",
    all.map(({ name }, i) => [String(i), name]),
    (value) => show(all[Number(value)]),
  );
  return [section("Layer by layer", ...(all.length > 1 ? [choice.element] : []), place)];
}

function plots(report: ProbeReport, { name, kind, position, cells }: Series): HTMLElement[] {
  const measure = measureOf(report);
  const layers = [...new Set(cells.map(({ layer }) => layer))];
  const x = {
    name: "layer",
    range: [layers[0], layers.at(-1)!] as [number, number],
    ticks: layers.filter((_, i) => i % Math.ceil(layers.length / 12) === 0),
    write: String,
  };
  const line = (words: string, style: Line["style"], of: (cell: ProbeCell) => number | null): Line => ({
    name: words,
    style,
    points: cells.flatMap((cell) => {
      const value = of(cell);
      const title = `layer ${cell.layer}: ${value === null ? "" : measure.write(value)}`;
      return value === null ? [] : [{ x: cell.layer, value, title }];
    }),
  });
  const heldOut: Line = {
    name: "held out",
    style: "main",
    points: cells.map(({ layer, test }) => {
      const [low, high] = intervalOf(test!, measure);
      return {
        x: layer,
        value: test!.value,
        low,
        high,
        title: `layer ${layer}: ${figureText(test!, measure)}`,
      };
    }),
  };
  const lines = [
    heldOut,
    line("shuffled labels", "dashed", ({ shuffled }) => shuffled),
    line("control task", "dotted", ({ control }) => control),
  ].filter(({ points }) => points.length > 0);
  const ends = lines.flatMap(({ points }) => points.flatMap(({ value, low }) => [value, low ?? value]));
  const y = {
    name: `${measure.name}${measure.name === "accuracy" ? ", %" : ""}`,
    range: [Math.min(0, ...ends), 1] as [number, number],
    write: measure.tick,
  };
  const { floor, floorName } = measure;
  const level = floor === null ? undefined : { value: floor, name: floorName };
  const depth = report.depth.find((it) => it.kind === kind && it.position === position);
  const isResidual = cells.some(({ source }) => source.endsWith("hook_resid_post"));
  return [
    linePlot(`${measure.name} by layer, ${name}`, x, y, lines, level),
    ...bitsPlot(name, x, cells),
    ...(depth && isResidual ? [note(depthText(depth.layer))] : []),
  ];
}

function bitsPlot(name: string, x: Parameters<typeof linePlot>[1], cells: Series["cells"]): HTMLElement[] {
  const points = cells.flatMap(({ layer, information }): LinePoint[] =>
    information
      ? [
          {
            x: layer,
            value: information.value,
            ...ends(information),
            title: `layer ${layer}: ${figure(information.value)} bits`,
          },
        ]
      : [],
  );
  if (points.length === 0) return [];
  const all = points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const y = {
    name: "bits of a label",
    range: [Math.min(0, ...all), Math.max(0.1, ...all)] as [number, number],
    write: figure,
  };
  const line: Line = { name: "V-usable information, held out", style: "main", points };
  return [linePlot(`V-usable information by layer, ${name}`, x, y, [line])];
}

const ends = (it: Figure) => (hasInterval(it) ? { low: it.low, high: it.high } : {});

function depthText(layer: number | null): string {
  return layer === null
    ? "No layer gains anything over the majority."
    : `Readable from layer ${layer} on: the first that reaches 95 % of the best layer’s gain over the majority.`;
}
