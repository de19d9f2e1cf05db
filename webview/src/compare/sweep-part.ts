import type { Sweep } from "../../../server/src/protocol/compare.ts";
import { make } from "../dom.ts";
import { figure, visible } from "../text.ts";
import { button } from "./controls.ts";
import { estimateText, section, table } from "./parts.ts";
import { sweepPlot } from "./sweep-plot.ts";

export interface SweepPart {
  element: HTMLElement;
  /** Whether there is anything to sweep. */
  offer(is: boolean): void;
  show(sweep: Sweep | null, reason: string): void;
  clear(): void;
}

/** Multiples of the recipe's strengths: asked for by a button, since it writes many texts. */
export function sweepPart(ask: () => void): SweepPart {
  const result = make("div", { "aria-live": "polite" });
  const start = button("Try other strengths", () => {
    start.disabled = true;
    result.replaceChildren(make("p", { class: "note" }, "Trying strengths…"));
    ask();
  });
  const element = section("Strengths", start, result);
  element.hidden = true;
  return {
    element,
    offer: (is) => {
      element.hidden = !is;
      start.disabled = false;
    },
    show: (sweep, reason) => {
      start.disabled = false;
      if (sweep) result.replaceChildren(...drawn(sweep));
      else result.replaceChildren(make("p", { class: "problem" }, reason));
    },
    clear: () => {
      element.hidden = true;
      result.replaceChildren();
    },
  };
}

function drawn(sweep: Sweep): HTMLElement[] {
  const { scorer, kind, points, conventions, samples } = sweep;
  const heads = ["Strength ×", ...(scorer ? [visible(scorer)] : []), "Perplexity ratio", "KL, nats a token"];
  const rows = points.map(({ multiplier, behaviour, perplexityRatio, kl }) => [
    multiplier === 1 ? "1 (the recipe)" : String(multiplier),
    ...(scorer ? [behaviour && kind ? estimateText(behaviour, kind) : "–"] : []),
    perplexityRatio === null ? "–" : figure(perplexityRatio),
    kl === null ? "–" : figure(kl),
  ]);
  return [
    ...(scorer
      ? [sweepPlot(sweep)]
      : [make("p", { class: "note" }, "Behaviour was not scored, so it cannot be drawn against fluency.")]),
    table(heads, rows),
    ...[`${samples} ${samples === 1 ? "sample" : "samples"} at each strength.`, ...conventions].map((it) =>
      make("p", { class: "note" }, it),
    ),
  ];
}
