import type { Figure, ProbeControls, ProbeReport } from "../../../server/src/protocol/probe-report.ts";
import { visible } from "../text.ts";
import { figureText, type Measure, measureOf } from "./measure.ts";

/** The probe's figure, or one that could explain it away. */
export interface Comparison {
  name: string;
  /** `probe`: what the probe itself reaches; `control`: what something else does. */
  role: "probe" | "control";
  /** Null where it is not of the leading measure; then `said` is all there is. */
  figure: Figure | null;
  /** Single runs behind the figure. */
  runs: number[];
  /** Between which ends chance lies. */
  chance: [low: number, high: number] | null;
  said: string;
  /** What else is to be known of it. */
  note: string;
  /** Whether that is to be seen without being asked for. */
  isRemark?: boolean;
}

const textNames: Record<string, string> = {
  length: "Length of the text",
  "bag-of-words": "Bag of words",
  "word-ngrams": "Word n-grams",
  "character-ngrams": "Character n-grams",
};

/** The same of the text up to the end of the stretch or the token that is meant. */
const beforeNames: Record<string, string> = {
  length: "Length up to there",
  "bag-of-words": "Words up to there",
  "word-ngrams": "n-grams up to there",
  "character-ngrams": "Characters to there",
};

/** Terms that are named of a baseline. */
const mostTerms = 8;

const terms = (heaviest: readonly string[]): string =>
  heaviest
    .slice(0, mostTerms)
    .map((it) => `“${visible(it, 40)}”`)
    .join(", ");

/** The chosen probe and all of its controls, in the order in which they are shown; none where nothing was trained. */
export function comparisons(report: ProbeReport): Comparison[] {
  const { figures, controls, target } = report;
  if (!figures || !controls) return [];
  const measure = measureOf(report);
  const row = (name: string, figure: Figure, rest: Partial<Comparison> = {}): Comparison => ({
    ...{ name, role: "control", figure, runs: [], chance: null, note: "" },
    said: figureText(figure, measure),
    ...rest,
  });
  const { leading } = figures;
  const majority =
    controls.text.find(({ id }) => id === "majority")?.figure ?? alone(controls.majority, leading.n);
  return [
    row("Probe, held out", leading, { role: "probe", note: `${leading.n} examples` }),
    row(target.type === "number" ? "Always one number" : "Majority class", majority),
    ...controls.text
      .filter(({ id }) => id !== "majority")
      .map(({ id, before, figure, heaviest }) =>
        row((before ? beforeNames : textNames)[id] ?? id, figure, {
          isRemark: heaviest.length > 0,
          note: [
            ...(before ? ["of the text up to the end of what is meant"] : []),
            ...(heaviest.length > 0 ? [`heaviest: ${terms(heaviest)}`] : []),
          ].join("; "),
        }),
      ),
    ...cleaned(controls, row),
    ...shuffled(controls, row, measure),
    ...controlTask(controls, row, measure),
    ...groups(controls, row, measure),
    ...(controls.seeds
      ? [
          row("Other splits", controls.seeds.figure, {
            role: "probe",
            runs: controls.seeds.runs,
            note: `${controls.seeds.runs.length} splits drawn anew; the interval is of their mean, and knows that they overlap`,
          }),
        ]
      : []),
    ...codeLength(controls),
  ];
}

/** Controls without a figure, each with why where that is known. */
export function notMade({ trust, controls }: Pick<ProbeReport, "trust" | "controls">): string[] {
  const refused = controls?.refused ?? [];
  const others = (trust?.notMade ?? []).filter((name) => !refused.some((it) => it.name === name));
  return [...others, ...refused.map(({ name, why }) => `${name} (${why.replace(/\.$/, "")})`)];
}

type Row = (name: string, figure: Figure, rest?: Partial<Comparison>) => Comparison;

function cleaned({ cleaned: it }: ProbeControls, row: Row): Comparison[] {
  if (!it) return [];
  const note = `without the ${it.dropped} examples that word n-grams get right with a confidence of ${it.confidence}`;
  return [
    row("Cleaned set, probe", it.probe, { role: "probe", note }),
    row("Cleaned set, n-grams", it.baseline, { note: `${it.probe.n} examples are left` }),
  ];
}

function shuffled({ shuffled: runs }: ProbeControls, row: Row, { write, short }: Measure): Comparison[] {
  if (runs.length === 0) return [];
  const mean = (of: (run: (typeof runs)[0]) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const value = mean((run) => run.value);
  const within = `${runs.filter((run) => run.within).length} of ${runs.length}`;
  const chance: [number, number] = [mean(({ low }) => low), mean(({ high }) => high)];
  return [
    row("Shuffled labels", alone(value, runs.length), {
      ...{ runs: runs.map((run) => run.value), chance },
      said: `${write(value)} (${within} in chance)`,
      note: `${within} runs within chance’s 99 % interval, ${chance.map(short).join(" to ")} on average`,
    }),
  ];
}

function controlTask({ controlTask: it }: ProbeControls, row: Row, { difference }: Measure): Comparison[] {
  if (!it) return [];
  const words = it.types === "words" ? "key words" : "words";
  const seen = `${(100 * it.seenTypes).toFixed(0)} % of the ${words} held out were learnt from`;
  return [
    row("Control task", it.control, {
      isRemark: true,
      note: `selectivity ${difference(it.selectivity)}; ${seen}`,
    }),
  ];
}

function groups({ groups: it }: ProbeControls, row: Row, { write }: Measure): Comparison[] {
  if (!it) return [];
  const worst = it.parts.reduce<(typeof it.parts)[0] | null>(
    (least, part) => (least === null || part.value < least.value ? part : least),
    null,
  );
  const named = worst ? `; least ${write(worst.value)}: ${groupNames(worst.groups, 1)}` : "";
  return [row("Groups held out", it.figure, { role: "probe", note: `${it.parts.length} parts${named}` })];
}

function codeLength({ codeLength: it }: ProbeControls): Comparison[] {
  if (!it) return [];
  return [
    {
      ...{ name: "Code length", role: "probe", figure: null, runs: [], chance: null },
      said: `${it.bits.toFixed(0)} of ${it.uniformBits.toFixed(0)} bits (${it.compression.toFixed(1)}×)`,
      note: `the labels of the training examples given the activations: ${it.compression.toFixed(1)} times shorter than those of a code that knows nothing`,
    },
  ];
}

/** The first groups of a part, and how many more there are. */
export function groupNames(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).map((it) => `“${visible(it, 60)}”`);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** A figure without an interval. */
function alone(value: number, n: number): Figure {
  return { value, low: -Number.MAX_VALUE, high: Number.MAX_VALUE, n };
}
