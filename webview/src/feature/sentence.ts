import type { ToFeaturePanel } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { figure } from "../text.ts";
import { section } from "./findings.ts";
import { strip } from "./strip.ts";
import { triedTokens } from "./view.ts";

/** Quiet after a key before the sentence is read, in ms. */
const quiet = 150;

/** The field for a sentence, and the activations on it as it is typed. */
export interface Sentence {
  element: HTMLElement;
  focus(): void;
  show(message: ToFeaturePanel & { type: "tried" }): void;
}

/** @param before what was typed before: it is read again at once */
export function sentence(before: string, ask: (text: string) => void): Sentence {
  const field = make(
    "vscode-text-field",
    { placeholder: "Type a sentence" },
    "Sentence, read as plain text",
  ) as HTMLElement & {
    value: string;
  };
  field.setAttribute("value", before);
  const result = make("div", { "aria-live": "polite" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const read = () => {
    if (field.value === "") result.replaceChildren();
    else ask(field.value);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(read, quiet);
  });
  if (before !== "") ask(before);
  return {
    element: section("Test on a sentence", field, result),
    focus: () => field.focus(),
    show: ({ text, answer, reason }) => {
      // An answer to what has been typed over is of no use.
      if (text !== field.value) return;
      if (!answer) return result.replaceChildren(make("p", { class: "problem" }, reason));
      const { tokens, scale } = answer;
      const strongest = Math.max(0, ...tokens.filter((it) => !it.outside).map((it) => it.activation));
      const full = scale.value > 0 ? scale.value : strongest;
      const said =
        strongest > 0
          ? `Strongest ${figure(strongest)}; full shade is ${figure(full)}.`
          : "It does not fire.";
      result.replaceChildren(
        strip(triedTokens(tokens, full), "Your sentence"),
        make("p", { class: "note" }, said),
      );
    },
  };
}
