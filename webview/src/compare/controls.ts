import type { ScorerSpec } from "../../../server/src/protocol/compare.ts";
import type { CompareWish, RankingChoices } from "../../../server/src/protocol/compare-panel.ts";
import { make } from "../dom.ts";
import { labelled, select, textField } from "../explorer/fields.ts";
import { rankingFields } from "./ranking.ts";

/** What the user does with the controls. */
export interface ControlActions {
  changed(part: Partial<CompareWish>): void;
  run(): void;
  stop(): void;
}

export interface Controls {
  element: HTMLElement;
  /** Whether something is written now. */
  running(is: boolean): void;
  /** Which probes can rank the samples. */
  offer(choices: RankingChoices): void;
}

type Numbers = "samples" | "maxTokens" | "temperature" | "seed";

const limits: Record<Numbers, { name: string; min: number; max: number; step: number }> = {
  samples: { name: "Samples", min: 1, max: 64, step: 1 },
  maxTokens: { name: "Tokens", min: 1, max: 1000, step: 1 },
  temperature: { name: "Temperature", min: 0, max: 5, step: 0.1 },
  seed: { name: "Seed", min: 0, max: 1_000_000, step: 1 },
};

/** How much is written and how, and what scores its behaviour. */
export function controls(wish: CompareWish, { changed, run, stop }: ControlActions): Controls {
  const numbers = (Object.keys(limits) as Numbers[]).map((key) => {
    const { name, min, max, step } = limits[key];
    const input = make("input", {
      type: "number",
      ...attributes({ min, max, step, value: wish[key] }),
    }) as HTMLInputElement;
    input.addEventListener("change", () => {
      const value = Math.min(max, Math.max(min, Number(input.value)));
      input.value = String(value);
      if (Number.isFinite(value)) changed({ [key]: step === 1 ? Math.round(value) : value });
    });
    return labelled(name, input);
  });
  const field = textField("What it looks for", "mood/cheerful", () => {});
  field.input.addEventListener("change", () =>
    changed({ scorer: scorerIn(kind.input.value, field.input.value) }),
  );
  const kind = select(
    "Behaviour",
    [
      ["recipe", "as the recipe's checks"],
      ["none", "not scored"],
      ["judge", "tinytown judge: attribute/value"],
      ["words", "has one of these words"],
      ["pattern", "matches a regular expression"],
    ],
    (value) => {
      field.element.hidden = value === "recipe" || value === "none";
      const scorer = scorerIn(value, field.input.value);
      // A scorer that looks for nothing yet is not one.
      if (scorer !== undefined || value === "recipe") changed({ scorer });
    },
  );
  fill(wish.scorer, kind.input, field.input);
  field.element.hidden = kind.input.value === "recipe" || kind.input.value === "none";
  const ranking = rankingFields(wish.rerank, (rerank) => changed({ rerank }));
  const again = button("Run again", run);
  const end = button("Stop", stop);
  return {
    element: make(
      "div",
      { class: "controls", role: "group", "aria-label": "How it writes" },
      ...numbers,
      kind.element,
      field.element,
      ...ranking.elements,
      again,
      end,
    ),
    running: (is) => {
      again.disabled = is;
      end.disabled = !is;
    },
    offer: ranking.offer,
  };
}

/** @returns undefined: what the recipe's checks look for, or nothing usable yet */
function scorerIn(kind: string, text: string): ScorerSpec | null | undefined {
  if (kind === "none") return null;
  if (text.trim() === "") return undefined;
  if (kind === "judge") {
    const [attribute, ...value] = text.trim().split("/");
    return { kind: "judge", attribute, value: value.join("/") };
  }
  if (kind === "words") return { kind: "words", words: text.split(",").map((word) => word.trim()) };
  return kind === "pattern" ? { kind: "pattern", pattern: text } : undefined;
}

function fill(scorer: CompareWish["scorer"], kind: HTMLSelectElement, field: HTMLInputElement): void {
  if (scorer === undefined) return;
  kind.value = scorer?.kind ?? "none";
  if (scorer?.kind === "judge") field.value = `${scorer.attribute}/${scorer.value}`;
  else if (scorer?.kind === "words") field.value = scorer.words.join(", ");
  else if (scorer?.kind === "pattern") field.value = scorer.pattern;
}

export function button(text: string, run: () => void): HTMLButtonElement {
  const element = make("button", { type: "button", class: "action" }, text) as HTMLButtonElement;
  element.addEventListener("click", run);
  return element;
}

const attributes = (of: Record<string, number>) =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, String(value)]));
