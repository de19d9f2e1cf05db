import { type FeatureScores, RARELY_BOTH, WEAK_OUTPUT } from "../../../server/src/protocol/feature.ts";
import { make } from "../dom.ts";
import { section } from "./findings.ts";
import { bidi, button } from "./header.ts";

/** The part on the feature as a handle for steering. */
export interface ScoresPart {
  element: HTMLElement;
  /** What was measured; null with a reason where that failed. */
  show(scores: FeatureScores | null, reason: string): void;
}

/** @param measure asks for the scores; they come with `show` */
export function scoresPart(known: FeatureScores | null, measure: () => void): ScoresPart {
  const content = make("div", { "aria-live": "polite" });
  const offer = (...before: HTMLElement[]) => {
    const ask = button("Measure output and input score", () => {
      content.replaceChildren(make("p", { class: "note" }, "Measuring…"));
      measure();
    });
    content.replaceChildren(...before, ask);
  };
  const show = (scores: FeatureScores | null, reason: string) => {
    if (scores) content.replaceChildren(...scoreLines(scores));
    else offer(make("p", { class: "problem" }, reason));
  };
  if (known) show(known, "");
  else offer();
  return { element: section("As a handle for steering", content), show };
}

function scoreLines({ output, input, convention, notes }: FeatureScores): HTMLElement[] {
  const note = (text: string) => make("p", { class: "note" }, text);
  const lines: HTMLElement[] = [];
  if (output) {
    const weak = output.weak
      ? [" ", make("vscode-tag", {}, "weak handle"), ` below ${WEAK_OUTPUT}: amplified, it hardly does.`]
      : [];
    lines.push(
      make(
        "p",
        {},
        make("strong", {}, `Output score ${output.value.toFixed(3)}`),
        ": how likely it makes the tokens that it raises when it is amplified after a neutral text.",
        ...weak,
      ),
      make(
        "details",
        {},
        make("summary", {}, `On ${output.prompts.length} neutral texts`),
        make(
          "ul",
          {},
          ...output.prompts.map(({ text, score }) =>
            make(
              "li",
              {},
              bidi(text),
              `: ${score === null ? "no latent is active there" : score.toFixed(3)}`,
            ),
          ),
        ),
        note(convention),
      ),
    );
  }
  if (input)
    lines.push(
      make(
        "p",
        {},
        make("strong", {}, `Input score ${input.value.toFixed(3)}`),
        `: the share of ${input.texts} texts in which it fires most on a token that it also raises.`,
      ),
    );
  if (output || input) lines.push(note(RARELY_BOTH));
  return [...lines, ...notes.map(note)];
}
