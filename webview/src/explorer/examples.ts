import type { Alike, FeatureQuery } from "../../../server/src/protocol/explore.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { labelled } from "./fields.ts";

/** Quiet after a key before the texts are read, in ms: each of them is a run of the model. */
const quiet = 600;

export interface ExamplesForm {
  element: HTMLElement;
  show(like: FeatureQuery["like"]): void;
  /** Forgets what was typed and not asked for yet. */
  forget(): void;
  /** Adds what the editor has selected, a text a place. */
  add(texts: string[]): void;
}

/** Example texts, one a line: which features have them in common. */
export function examplesForm(
  change: (like: FeatureQuery["like"]) => void,
  askSelection: () => void,
): ExamplesForm {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const input = make("textarea", {
    rows: "3",
    placeholder: "One example a line; three or more that differ in all else",
    spellcheck: "false",
  }) as HTMLTextAreaElement;
  const texts = () => input.value.split("\n").filter((line) => line.trim() !== "");
  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const tell = () => {
    forget();
    change(texts().length > 0 ? { texts: texts() } : undefined);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, quiet);
  });
  const take = make("button", { class: "secondary", type: "button" }, "Add selection");
  take.setAttribute("aria-label", "Add the editor's selection to the examples");
  take.addEventListener("click", askSelection);
  const details = make(
    "details",
    { class: "examples" },
    make("summary", {}, "What several texts have in common"),
    make("div", { class: "side" }, labelled("Example texts", input), take),
  );
  return {
    element: details,
    forget,
    show: (like) => {
      // What is being typed is newer than what was asked.
      if (timer !== undefined) return;
      if (like) details.setAttribute("open", "");
      const asked = like?.texts ?? [];
      if (JSON.stringify(asked) !== JSON.stringify(texts())) input.value = asked.join("\n");
    },
    add: (more) => {
      input.value = [...texts(), ...more.map((it) => it.replace(/\s+/g, " ").trim())].join("\n");
      tell();
    },
  };
}

/** Says whose answers are looked for, and takes that away when pressed. */
export function alikeChip(clear: () => void): { element: HTMLElement; show(alike: Alike | undefined): void } {
  const element = make("button", { class: "chip", type: "button", hidden: "" });
  element.addEventListener("click", clear);
  return {
    element,
    show: (alike) => {
      element.hidden = !alike;
      if (!alike) return;
      const name = "sae" in alike ? `${alike.sae} · ${alike.feature}` : `the token “${alike.token}”`;
      element.textContent = `Answers like ${visible(name)} ✕`;
      element.title = "Features that answer alike to a fixed list of inputs; press to take it away";
    },
  };
}
