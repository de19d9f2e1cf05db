import type { InspectGuess } from "../../../server/src/protocol/inspect.ts";
import type { TokensAnswer } from "../../../server/src/protocol/lens.ts";
import type { TokensPanelState } from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { percent } from "../text.ts";
import type { TokenData } from "./columns.ts";
import { type FeatureRow, featureRows, nextText, outsideNotes, quoted, type Scales } from "./view.ts";

/**
 * What stands below the grid: one token, what one layer predicts after it, and its features.
 * @param first what of these the cells show
 */
export function detail(
  data: TokenData,
  layer: number,
  first: TokensPanelState["cells"],
  answer: Pick<TokensAnswer, "saes" | "model">,
  scales: Scales,
): HTMLElement {
  const guesses = guessParts(data, layer, layer === answer.model.layers - 1);
  const features = featureParts(data, answer.saes, scales);
  return make(
    "section",
    { class: "detail", "aria-live": "polite" },
    make("h2", {}, quoted(data.token.text)),
    make("p", { class: "note" }, factsOf(data)),
    ...(first === "guesses" ? [...guesses, ...features] : [...features, ...guesses]),
  );
}

function guessParts({ layers, following }: TokenData, layer: number, isLast: boolean): HTMLElement[] {
  const note = (text: string) => make("p", { class: "note" }, text);
  const heading = make("h3", {}, `Layer ${layer} predicts${isLast ? " (the model's own answer)" : ""}`);
  const cell = layers?.[layer];
  if (!cell) return [heading, note("Reading the layers…")];
  const list = make("ol", { class: "guesses" }, ...cell.guesses.map(guessItem));
  if (!cell.next) return [heading, list, note("Nothing comes next.")];
  const nats = -cell.next.logprob;
  const sizes = `${(nats / Math.LN2).toFixed(1)} bits, ${nats.toFixed(1)} nats`;
  return [heading, list, note(`To this layer ${nextText(cell.next, following)} (${sizes}).`)];
}

function factsOf({ token: { i, id, role, virtual, special, surprisal } }: TokenData): string {
  return [
    `token ${i}`,
    `id ${id}`,
    role,
    virtual ? "added by the template" : null,
    special ? "special" : null,
    surprisal
      ? `surprisal ${surprisal.bits.toFixed(2)} bits (${surprisal.nats.toFixed(2)} nats)`
      : "nothing predicts the first token",
  ]
    .filter((it) => it !== null)
    .join(" · ");
}

function guessItem({ text, logprob }: InspectGuess): HTMLElement {
  const share = Math.exp(logprob);
  return make(
    "li",
    {},
    make("span", { class: "track" }, bar(share)),
    make("span", { class: "share" }, percent(share)),
    make("code", {}, quoted(text)),
  );
}

function bar(share: number): HTMLElement {
  const element = make("span", { class: "bar", "aria-hidden": "true" });
  element.style.setProperty("--share", share.toFixed(3));
  return element;
}

/** The features of the token; without an SAE there is nothing to say of them. */
function featureParts({ token }: TokenData, saes: TokensAnswer["saes"], scales: Scales): HTMLElement[] {
  if (saes.length === 0) return [];
  const head = ["SAE", "Feature", "Label", "Activation"].map((name) => make("th", { scope: "col" }, name));
  const rows = featureRows(token, saes, scales).map((row) =>
    make(
      "tr",
      {},
      make("td", {}, row.sae),
      make("td", {}, featureLink(row)),
      make("td", { class: "label" }, row.label),
      make("td", {}, bar(row.share), `${row.activation} `, make("small", {}, row.scale)),
    ),
  );
  const notes = outsideNotes(token, saes).map((note) => make("p", { class: "note" }, note));
  const heading = make("h3", {}, `Features of ${quoted(token.text)}`);
  if (rows.length === 0) return [heading, ...notes];
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  return [heading, ...notes, table];
}

/** Opens the panel of a feature; whoever draws the table listens for it. */
function featureLink({ sae, feature, label }: FeatureRow): HTMLElement {
  const title = `Open feature ${feature}: ${label}`;
  const data = { "data-sae": sae, "data-feature": String(feature) };
  return make("button", { class: "link", type: "button", title, ...data }, String(feature));
}
