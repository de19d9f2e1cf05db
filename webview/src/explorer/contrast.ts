import type { Contrast, ContrastPlace, ContrastText } from "../../../server/src/protocol/explore.ts";
import type { ContrastSideName } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { type Choice, select, textField } from "./fields.ts";

/** Quiet after a key before the texts are read, in ms: each of them is a run of the model. */
const quiet = 300;

const measures: Choice[] = [
  ["mean", "Mean activation"],
  ["maximum", "Largest activation"],
];

export interface ContrastForm {
  element: HTMLElement;
  show(contrast: Contrast | undefined): void;
  /** Forgets what was typed and not asked for yet. */
  forget(): void;
  /** What the editor has selected becomes a side. */
  select(side: ContrastSideName, places: ContrastPlace[]): void;
}

/** Two texts, typed or selected in the editor: what fires on the first and not on the second. */
export function contrastForm(
  change: (contrast: Contrast | undefined) => void,
  askSelection: (side: ContrastSideName) => void,
): ContrastForm {
  let by: NonNullable<Contrast["by"]> = "mean";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const tell = () => {
    forget();
    const [first, second] = [on.value(), against.value()];
    change(first ? { on: first, ...(second && { against: second }), by } : undefined);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, quiet);
  };
  const on = side("Fires on", "A text", soon, tell, () => askSelection("on"));
  const against = side("but not on", "Another text, or nothing", soon, tell, () => askSelection("against"));
  const measure = select("Compare", measures, (value) => {
    by = value as typeof by;
    if (on.value()) tell();
  });
  const details = make(
    "details",
    { class: "contrast" },
    make("summary", {}, "What fires on one text and not on another"),
    make("div", { class: "sides" }, on.element, against.element, measure.element),
  );
  return {
    element: details,
    forget,
    show: (contrast) => {
      // What is being typed is newer; and the second text may be typed before the first.
      if (timer !== undefined || (!contrast && !on.value())) return;
      if (contrast) details.setAttribute("open", "");
      on.show(contrast?.on);
      against.show(contrast?.against);
      by = contrast?.by ?? by;
      measure.set(by);
    },
    select: (name, places) => {
      (name === "on" ? on : against).show({ places });
      tell();
    },
  };
}

function side(label: string, placeholder: string, typed: () => void, changed: () => void, ask: () => void) {
  let places: ContrastPlace[] | null = null;
  const field = textField(label, placeholder, typed);
  const take = make("button", { class: "secondary", type: "button" }, "Use selection");
  take.setAttribute("aria-label", `Use selection of the editor for “${label}”`);
  take.addEventListener("click", ask);
  const chosen = make("button", { class: "chip", type: "button" });
  chosen.addEventListener("click", () => {
    show(undefined);
    changed();
    field.input.focus();
  });
  const show = (text: ContrastText | undefined) => {
    places = text && "places" in text ? text.places : null;
    const typed = text && "text" in text ? text.text : "";
    if (field.input.value !== typed) field.input.value = typed;
    const selected = places?.map((it) => it.text).join(" … ") ?? "";
    chosen.textContent = places ? `Selected: “${visible(selected)}” ✕` : "";
    chosen.title = `${label} what was selected; press to take it away`;
    chosen.hidden = !places;
    field.element.hidden = places !== null;
  };
  show(undefined);
  return {
    element: make("div", { class: "side" }, field.element, chosen, take),
    show,
    value: (): ContrastText | undefined => {
      if (places) return { places };
      return field.input.value.trim() === "" ? undefined : { text: field.input.value };
    },
  };
}
