import type { FeatureQuery, FeatureSort, SaeSummary } from "../../../server/src/protocol/explore.ts";
import { WEAK_OUTPUT } from "../../../server/src/protocol/feature.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { type Choice, select, textField } from "./fields.ts";

/** Quiet after a key before the list is asked for, in ms; longer where a model has to read what was typed. */
const quiet = 150;
const quietForMeaning = 900;

/** Where words are looked for. */
const places = {
  words: "In labels",
  examples: "In example texts",
  promotes: "Tokens it promotes",
  meaning: "By meaning of labels",
};
const hints = {
  words: "Words of a label",
  examples: "Words it fires on",
  promotes: "A token",
  meaning: "What it is about; Enter asks at once",
};
type Place = keyof typeof places;

const anyLabel = "any label";
const noLabel = "no label";
const sources = ["user", "ground truth", "imported", "automatic"];
const activities = {
  "": "All",
  live: "Neither",
  dead: "Dead",
  dense: "Dense",
};

/** Smallest scores that can be asked for; a tenth is a tenth of the likelihood, or of the texts. */
const leastOutputs: Choice[] = [
  ["", "All"],
  [String(WEAK_OUTPUT), "Not weak (0.01 or more)"],
  ["0.1", "0.1 or more"],
  ["0.5", "0.5 or more"],
];
const leastInputs: Choice[] = [
  ["", "All"],
  ["0.1", "0.1 or more"],
  ["0.5", "0.5 or more"],
];

const orders: Choice[] = [
  ["", "By default"],
  ["index", "Index"],
  ["label", "Label"],
  ["score", "Score"],
  ["output", "Output score"],
  ["input", "Input score"],
  ["frequency", "Fires on most"],
  ["maximum", "Maximum"],
];

export interface Filters {
  element: HTMLElement;
  show(query: FeatureQuery): void;
  setSaes(saes: SaeSummary[]): void;
  /** Forgets what was typed and not asked for yet. */
  forget(): void;
  focus(): void;
}

/** The bar that decides which features are listed. */
export function filters(change: (part: FeatureQuery) => void): Filters {
  let place: Place = "words";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const words = textField("Search", "Words of a label", () => {
    clearTimeout(timer);
    timer = setTimeout(search, place === "meaning" ? quietForMeaning : quiet);
  });
  const forget = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const search = () => {
    forget();
    const text = words.input.value;
    const none = { words: undefined, examples: undefined, promotes: undefined, meaning: undefined };
    // A space at the end of a token is part of it.
    change({ ...none, [place]: (place === "promotes" ? text : text.trim()) || undefined });
  };
  words.input.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") search();
  });
  const where = select("Look", Object.entries(places) as Choice[], (value) => {
    place = value as Place;
    words.input.placeholder = hints[place];
    if (words.input.value !== "") search();
  });
  const sae = select("SAE", [["", "All"]], (value) => change({ sae: value || undefined }));
  const source = select(
    "Label",
    [
      ["", "All"],
      [anyLabel, "With a label"],
      [noLabel, "Without a label"],
      ...sources.map((it): Choice => [it, `By: ${it}`]),
    ],
    (value) =>
      change({
        labelled: value === anyLabel ? true : value === noLabel ? false : undefined,
        source: sources.includes(value) ? (value as FeatureQuery["source"]) : undefined,
      }),
  );
  const activity = select("Dead or dense", Object.entries(activities) as Choice[], (value) =>
    change({ activity: (value || undefined) as FeatureQuery["activity"] }),
  );
  const least = (value: string) => (value === "" ? undefined : Number(value));
  const output = select("Output score", leastOutputs, (value) => change({ minOutput: least(value) }));
  const input = select("Input score", leastInputs, (value) => change({ minInput: least(value) }));
  const order = select("Sort", orders, (value) =>
    change({ sort: (value || undefined) as FeatureSort | undefined, reversed: undefined }),
  );
  const showWords = (query: FeatureQuery) => {
    // What is being typed is newer than what was asked.
    if (timer !== undefined) return;
    place = (Object.keys(places) as Place[]).find((it) => query[it]) ?? place;
    where.input.value = place;
    words.input.placeholder = hints[place];
    const text = query[place] ?? "";
    if (words.input.value.trim() !== text.trim()) words.input.value = text;
  };
  return {
    element: make(
      "div",
      { class: "filters", role: "search", "aria-label": "Features" },
      ...[words, where, sae, source, activity, output, input, order].map(({ element }) => element),
    ),
    forget,
    show: (query) => {
      showWords(query);
      sae.set(query.sae ?? "");
      source.set(query.source ?? (query.labelled === undefined ? "" : query.labelled ? anyLabel : noLabel));
      activity.set(query.activity ?? "");
      output.set(String(query.minOutput ?? ""));
      input.set(String(query.minInput ?? ""));
      order.set(query.sort === "match" ? "" : (query.sort ?? ""));
    },
    setSaes: (saes) =>
      sae.setChoices([
        ["", "All"],
        ...saes.map(({ id, width }): Choice => [id, `${visible(id)} (${width.toLocaleString("en")})`]),
      ]),
    focus: () => words.input.focus(),
  };
}
