import type { CompareAnswer, Estimate } from "../../../server/src/protocol/compare.ts";
import type { TakenBehaviour } from "../../../server/src/protocol/rerank.ts";
import { make } from "../dom.ts";
import { figure, percent, visible } from "../text.ts";
import { section, table } from "./parts.ts";

/** What ranking by a probe brings, where one ranks. */
export function ranked({ rerank, behaviour }: CompareAnswer): HTMLElement[] {
  if (!rerank) return [];
  const note = (text: string) => make("p", { class: "note" }, text);
  const { base } = rerank;
  const title = `Ranked by ${visible(probeName(base.probe))}`;
  const doubt = base.doubt === null ? [] : [note(`⚠ ${base.doubt}`)];
  const unscored = "Behaviour was not scored, so what ranking brings of it is not known.";
  if (!rerank.behaviour || !behaviour) return [section(title, ...doubt, note(unscored))];
  const { kind, scorer } = behaviour;
  const write = kind === "share" ? percent : figure;
  const own = rerank.behaviour;
  const row = (name: string, of: (it: TakenBehaviour) => string) => [name, of(own.base), of(own.steered)];
  return [
    section(
      title,
      ...doubt,
      table(
        [visible(scorer), "Base", "Steered"],
        [
          row("Mean of all samples", ({ mean }) => write(mean)),
          row("Expected of the sample that is taken", ({ expected }) => write(expected)),
          row("Gain", ({ gain }) => gainText(gain, kind)),
        ],
      ),
      note(
        `Of each side ${base.beta === 0 ? "the sample of the largest q is taken" : `one sample is taken, with the probability softmax(q / ${figure(base.beta)})`}; the gain's interval is of these samples of one prompt.`,
      ),
      ...(base.samples.length === 1 ? [note("Of one sample there is nothing to choose: take more.")] : []),
    ),
  ];
}

/** Signed; of shares in points of a hundred. */
function gainText({ value, low, high }: Estimate, kind: "share" | "mean"): string {
  const write = (it: number) => {
    const size = kind === "share" ? String(Math.round(100 * it) || 0) : figure(it);
    return it > 0 ? `+${size}` : size;
  };
  return `${write(value)}${kind === "share" ? " points" : ""} (${write(low)} to ${write(high)})`;
}

const probeName = (path: string): string =>
  path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.probe\.json$/, "");
