import { scaleLinear, scaleLog } from "d3-scale";
import type { Sweep, SweepPoint } from "../../../server/src/protocol/compare.ts";
import { make } from "../dom.ts";
import { shape } from "../svg.ts";
import { figure, visible } from "../text.ts";

const width = 420;
const height = 240;
const margin = { top: 12, right: 16, bottom: 38, left: 52 };

type Drawn = SweepPoint & { behaviour: NonNullable<SweepPoint["behaviour"]>; perplexityRatio: number };

/** Behaviour against fluency, a point a strength with its interval, the recipe's own marked. */
export function sweepPlot({ scorer, kind, points }: Sweep): HTMLElement {
  const drawn = points.filter(
    (it): it is Drawn => it.behaviour !== null && it.perplexityRatio !== null && it.perplexityRatio > 0,
  );
  if (drawn.length === 0) return make("p", { class: "note" }, "Nothing was written that could be drawn.");
  const name = visible(scorer ?? "");
  const ratios = drawn.map(({ perplexityRatio }) => perplexityRatio);
  const x = scaleLog(
    [Math.min(0.9, ...ratios), Math.max(2, ...ratios) * 1.05],
    [margin.left, width - margin.right],
  );
  const y = scaleLinear(rangeOf(drawn, kind), [height - margin.bottom, margin.top]).nice();
  const plot = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "sweep" });
  plot.setAttribute("aria-label", inWords(drawn, name));
  const bottom = height - margin.bottom;
  plot.append(
    shape("line", { class: "axis", x1: margin.left, x2: width - margin.right, y1: bottom, y2: bottom }),
    shape("line", { class: "axis", x1: margin.left, x2: margin.left, y1: margin.top, y2: bottom }),
    ...x
      .ticks(4)
      .filter((_, i, all) => i % Math.ceil(all.length / 5) === 0)
      .map((tick) => shape("text", { x: x(tick), y: bottom + 14, "text-anchor": "middle" }, figure(tick))),
    ...y
      .ticks(4)
      .map((tick) =>
        shape("text", { x: margin.left - 6, y: y(tick) + 4, "text-anchor": "end" }, figure(tick)),
      ),
    shape(
      "text",
      { x: (margin.left + width) / 2, y: height - 6, "text-anchor": "middle" },
      "Perplexity ratio (logarithmic): right is less fluent",
    ),
    shape(
      "text",
      { transform: `translate(12 ${(margin.top + bottom) / 2}) rotate(-90)`, "text-anchor": "middle" },
      name,
    ),
    shape("polyline", {
      class: "path",
      points: drawn
        .map((it) => `${x(it.perplexityRatio).toFixed(1)},${y(it.behaviour.value).toFixed(1)}`)
        .join(" "),
    }),
    ...drawn.map((it) => pointOf(it, x(it.perplexityRatio), y)),
  );
  return make(
    "figure",
    {},
    plot,
    make(
      "figcaption",
      {},
      `${name} against fluency; bars are 95 % intervals, numbers multiples of the recipe's strengths`,
    ),
  );
}

function pointOf(
  { multiplier, behaviour, perplexityRatio }: Drawn,
  at: number,
  y: (value: number) => number,
): SVGElement {
  const { value, low, high } = behaviour;
  const isRecipe = multiplier === 1;
  const group = shape("g", { class: isRecipe ? "point recipe" : "point" });
  if (high !== Number.MAX_VALUE)
    group.append(shape("line", { class: "interval", x1: at, x2: at, y1: y(low), y2: y(high) }));
  group.append(
    shape("circle", { cx: at, cy: y(value), r: isRecipe ? 6 : 3.5 }),
    shape("text", { x: at + 8, y: y(value) - 6 }, isRecipe ? "recipe" : `× ${multiplier}`),
    shape("title", {}, `× ${multiplier}: ${figure(value)}, perplexity ratio ${figure(perplexityRatio)}`),
  );
  return group;
}

function rangeOf(drawn: readonly Drawn[], kind: Sweep["kind"]): [number, number] {
  if (kind === "share") return [0, 1];
  const ends = drawn.flatMap(({ behaviour: { value, low, high } }) =>
    high === Number.MAX_VALUE ? [value] : [low, high],
  );
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  return least === most ? [least - 1, most + 1] : [least, most];
}

/** The plot in a sentence, for those who do not see it. */
function inWords(drawn: readonly Drawn[], name: string): string {
  const said = drawn.map(
    ({ multiplier, behaviour, perplexityRatio }) =>
      `at ${multiplier}${multiplier === 1 ? " (the recipe)" : ""} ${figure(behaviour.value)} with a perplexity ratio of ${figure(perplexityRatio)}`,
  );
  return `${name} by multiples of the strengths: ${said.join("; ")}.`;
}
