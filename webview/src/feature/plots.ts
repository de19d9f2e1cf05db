import { scaleLinear, scaleLog } from "d3-scale";
import { make } from "../dom.ts";
import { shape } from "../svg.ts";
import { figure, visible } from "../text.ts";
import { filledBins, histogramName } from "./view.ts";

const width = 360;
const height = 130;
const margin = { top: 8, right: 8, bottom: 20, left: 40 };

/** How often it fires how strongly; the axis of activations is logarithmic, as the bins are. */
export function histogram(data: { edges: number[]; counts: number[] }): HTMLElement {
  const bins = filledBins(data);
  if (bins.length === 0) return make("p", { class: "note" }, "It never fired on this corpus.");
  const x = scaleLog([bins[0].from, bins.at(-1)!.to], [margin.left, width - margin.right]);
  const most = Math.max(...bins.map(({ count }) => count));
  const y = scaleLinear([0, most], [height - margin.bottom, margin.top]);
  const bars = bins.map(({ from, to, count }) => {
    const bar = shape("rect", {
      class: "bin",
      x: x(from),
      y: y(count),
      width: Math.max(1, x(to) - x(from) - 1),
      height: y(0) - y(count),
    });
    bar.append(shape("title", {}, `${figure(from)} to ${figure(to)}: ${count.toLocaleString("en")}`));
    return bar;
  });
  const base = y(0);
  const axis = shape("line", {
    class: "axis",
    x1: margin.left,
    x2: width - margin.right,
    y1: base,
    y2: base,
  });
  const below = x
    .ticks(5)
    .filter((_, i, all) => all.length <= 6 || i % Math.ceil(all.length / 6) === 0)
    .map((tick) => shape("text", { x: x(tick), y: height - 5, "text-anchor": "middle" }, figure(tick)));
  const beside = y
    .ticks(3)
    .filter(Number.isInteger)
    .map((tick) =>
      shape(
        "text",
        { x: margin.left - 5, y: y(tick), "text-anchor": "end", "dominant-baseline": "middle" },
        tick.toLocaleString("en"),
      ),
    );
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "histogram" });
  plot.setAttribute("aria-label", histogramName(bins));
  plot.append(...bars, axis, ...below, ...beside);
  return make(
    "figure",
    {},
    plot,
    make("figcaption", {}, "Activation where it fires (logarithmic), and how often"),
  );
}

/** Named values as bars from 0, all on one scale. */
export function bars(
  rows: { name: Node | string; value: number; title?: string }[],
  largest: number,
  kind: "raised" | "lowered",
): HTMLElement {
  const share = scaleLinear([0, largest], [0, 100]).clamp(true);
  const items = rows.map(({ name, value, title }) => {
    const bar = make("span", { class: `length ${kind}`, "aria-hidden": "true" });
    bar.style.width = `${share(Math.abs(value)).toFixed(1)}%`;
    return make(
      "li",
      title ? { title } : {},
      make("span", { class: "name" }, name),
      make("span", { class: "track" }, bar),
      make("span", { class: "value" }, figure(value)),
    );
  });
  return make("ol", { class: "bars" }, ...items);
}

/** A token as the name of a bar: a space at its start is part of it. */
export function tokenName(text: string): HTMLElement {
  return make("bdi", { class: "token-name" }, visible(text) || "(empty)");
}
