import type { FeatureResult, LabelEvidence } from "../../../server/src/protocol/feature.ts";
import type { FromFeaturePanel } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { LONGEST_SHOWN, visible } from "../text.ts";
import { evidenceOf, figuresOf } from "./view.ts";

type Send = (message: FromFeaturePanel) => void;

/** Ways to the features seen before; {@link setWays} says which are open. */
export function ways(send: Send): { element: HTMLElement; set(back: boolean, forward: boolean): void } {
  const back = button("Back", () => send({ type: "back" }));
  const forward = button("Forward", () => send({ type: "forward" }));
  return {
    element: make("nav", { "aria-label": "Features seen before" }, back, forward),
    set: (canGoBack, canGoForward) => {
      back.toggleAttribute("disabled", !canGoBack);
      forward.toggleAttribute("disabled", !canGoForward);
    },
  };
}

/** What the feature is: its place, its labels with their evidence, and what every number here rests on. */
export function header(answer: FeatureResult, send: Send): HTMLElement {
  const { sae, model, feature, labels } = answer;
  const [first] = labels;
  const conventions = make(
    "details",
    {},
    make("summary", {}, "Conventions"),
    make("ul", {}, ...sae.conventions.map((line) => make("li", {}, line))),
  );
  return make(
    "header",
    {},
    make("h1", { tabindex: "-1" }, `Feature ${feature}`, ...(first ? [": ", bidi(first.text)] : [])),
    make(
      "p",
      { class: "place" },
      [sae.id, sae.hook, `${sae.architecture}, ${sae.width} latents`, model].join(" · "),
    ),
    labels.length > 0
      ? make("ul", { class: "labels", "aria-label": "Labels" }, ...labels.map((it) => labelItem(it, send)))
      : make("p", { class: "note" }, "No label yet."),
    ...figuresOf(answer).map((line) => make("p", { class: "figures" }, line)),
    ...(sae.conventions.length > 0 ? [conventions] : []),
    ...answer.notes.map((note) => make("p", { class: "note" }, note)),
  );
}

/** What can be done with the feature; without examples there is nothing to label it by. */
export function actions(send: Send, hasFile: boolean, isScanned: boolean): HTMLElement {
  const where = button("Show where it fires", () => send({ type: "showWhereFires" }));
  return make(
    "div",
    { class: "actions", role: "group", "aria-label": "Actions" },
    ...(hasFile ? [where] : []),
    button("Steer…", () => send({ type: "steer" })),
    button("Find features that answer alike", () => send({ type: "alike" })),
    button("Write a label…", () => send({ type: "label" })),
    ...(isScanned ? [button("Label automatically…", () => send({ type: "explain" }))] : []),
    button("Copy link", () => send({ type: "copyLink" })),
    button("Scan a corpus…", () => send({ type: "scan" })),
  );
}

export function button(text: string, run: () => void): HTMLElement {
  const element = make("vscode-button", { appearance: "secondary" }, text);
  element.addEventListener("click", run);
  return element;
}

function labelItem(label: LabelEvidence, send: Send): HTMLElement {
  const { text, source } = label;
  const score = make(
    "button",
    { class: "link", title: `Score the label “${visible(text)}”` },
    "Score this label",
  );
  score.addEventListener("click", () => send({ type: "score", label: { text, source } }));
  return make(
    "li",
    {},
    ...(label.text.length > LONGEST_SHOWN ? [unfolding(label.text)] : [bidi(label.text)]),
    " ",
    make("vscode-tag", {}, label.source),
    make("small", {}, evidenceOf(label).join(" · ")),
    " ",
    score,
  );
}

/** Text of whatever direction, which leaves the line around it as it is. */
export function bidi(text: string, longest?: number): HTMLElement {
  return make("bdi", {}, visible(text, longest));
}

/** Its beginning, and on demand all of it. */
function unfolding(text: string): HTMLElement {
  return make(
    "details",
    {},
    make("summary", {}, bidi(text)),
    make("p", {}, bidi(text, Number.POSITIVE_INFINITY)),
  );
}
