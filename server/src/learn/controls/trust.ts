import type { Figure } from "../../protocol/probe-report.ts";
import type { TextBaselineId } from "../text/baselines.ts";

/** What is to be made of a probe; the sentence of each is in {@link trustOf}. */
export type TrustVerdict =
  | "too-few-examples"
  | "leaks"
  | "no-better-than-majority"
  | "explained-by-text"
  | "control-task-as-easy"
  | "fails-out-of-group"
  | "uncalibrated"
  | "sound";

/** `before`: of the text up to the end of what is meant, and not of that alone. */
export interface TextFigure {
  readonly id: TextBaselineId;
  readonly figure: Figure;
  readonly before?: boolean;
}

/** Figures that a verdict rests on, all of held-out examples; a control that was not made is absent or null. */
export interface TrustFigures {
  readonly measure: "accuracy" | "rank correlation";
  readonly probe: Figure;
  /** The same figure of always saying the most frequent class; 0 of a rank correlation. */
  readonly majority: number;
  /** Examples that the probe learnt from: of its rarest class, or all of numbers. */
  readonly rarest: number;
  readonly text?: readonly TextFigure[] | null;
  readonly control?: { control: Figure; seenTypes: number } | null;
  /** Of examples told by probes that met nothing of their group, and what their most frequent class reaches. */
  readonly outOfGroup?: { figure: Figure; majority: number } | null;
  readonly shuffled?: readonly { within: boolean }[] | null;
  readonly calibrationError?: number | null;
}

export interface Trust {
  readonly verdict: TrustVerdict;
  /** All that hold, gravest first; `["sound"]` where nothing speaks against the probe. */
  readonly reasons: TrustVerdict[];
  /** The verdict in one sentence with its figures. */
  readonly sentence: string;
  /** Controls without which “sound” says less, in words. */
  readonly notMade: string[];
}

/** Fewer held-out examples, or examples of the rarest class to learn from, tell nothing. */
export const FEWEST_TOLD = 30;
export const FEWEST_LEARNT = 10;
/** Share of shuffled runs beyond chance's 99 % interval from which on something leaks. */
export const LEAKS_FROM = 0.05;
/** Share of the test examples whose word must have been learnt from for a control task to say something. */
export const SEEN_FROM = 0.5;
/** Part of the gain over the majority that must be left in groups that were not seen. */
export const KEPT_GAIN = 0.5;
/** Calibration error from which on probabilities mean little; told apart from chance from so many examples on. */
export const UNCALIBRATED_FROM = 0.1;
export const CALIBRATION_NEEDS = 100;

/**
 * What to trust in a probe. The verdict is the first of these that holds:
 * - `too-few-examples`: fewer than {@link FEWEST_TOLD} held out, or {@link FEWEST_LEARNT} of the rarest class to learn from;
 * - `leaks`: of shuffled labels, two runs or more, and more than {@link LEAKS_FROM}, lie outside chance's 99 % interval;
 * - `no-better-than-majority`: the probe's interval reaches the majority;
 * - `explained-by-text`: a text baseline does as well, be it of what is meant or of the text up to its end: the upper end of
 *   its interval reaches the probe;
 * - `control-task-as-easy`: random labels of words are learnt as well: the mean of the control's runs reaches the probe's interval (their
 *   own, of few runs, would reach anything, and a single run has none), and at least {@link SEEN_FROM} of the words were learnt from;
 * - `fails-out-of-group`: in groups not learnt from it is no better than the majority there, or keeps less than
 *   {@link KEPT_GAIN} of its gain over the majority;
 * - `uncalibrated`: the calibration error is above {@link UNCALIBRATED_FROM}, on {@link CALIBRATION_NEEDS} examples or more;
 * - `sound`: none of them.
 */
export function trustOf(figures: TrustFigures): Trust {
  const reasons = (Object.keys(rules) as Exclude<TrustVerdict, "sound">[]).filter((it) => rules[it](figures));
  const notMade = missing(figures);
  const verdict = reasons[0] ?? "sound";
  return {
    verdict,
    reasons: reasons.length === 0 ? ["sound"] : reasons,
    sentence: sentences[verdict](figures, notMade),
    notMade,
  };
}

const rules: Record<Exclude<TrustVerdict, "sound">, (figures: TrustFigures) => boolean> = {
  "too-few-examples": ({ probe, rarest }) => probe.n < FEWEST_TOLD || rarest < FEWEST_LEARNT,
  leaks: ({ shuffled }) => {
    const outside = outsideOf(shuffled);
    return outside >= 2 && outside > LEAKS_FROM * shuffled!.length;
  },
  "no-better-than-majority": ({ probe, majority }) => probe.low <= majority,
  "explained-by-text": (figures) => {
    const best = bestText(figures);
    return best !== null && best.figure.high >= figures.probe.value;
  },
  "control-task-as-easy": ({ probe, control }) =>
    !!control && control.seenTypes >= SEEN_FROM && control.control.value >= probe.low,
  "fails-out-of-group": ({ probe, majority, outOfGroup }) =>
    !!outOfGroup &&
    (outOfGroup.figure.low <= outOfGroup.majority ||
      outOfGroup.figure.value - outOfGroup.majority < KEPT_GAIN * (probe.value - majority)),
  uncalibrated: ({ probe, calibrationError }) =>
    typeof calibrationError === "number" &&
    calibrationError > UNCALIBRATED_FROM &&
    probe.n >= CALIBRATION_NEEDS,
};

const sentences: Record<TrustVerdict, (figures: TrustFigures, notMade: string[]) => string> = {
  "too-few-examples": ({ probe, rarest }) =>
    `Trust nothing yet: there are ${probe.n} held-out examples and ${rarest} of the rarest class to learn from (${FEWEST_TOLD} and ${FEWEST_LEARNT} are needed).`,
  leaks: ({ shuffled }) =>
    `Do not trust the figures: even shuffled labels are learnt (${outsideOf(shuffled)} of ${shuffled!.length} runs lie outside chance's 99 % interval), so examples that are told, or copies of them, were learnt from: part the data anew.`,
  "no-better-than-majority": (figures) =>
    `Nothing is shown to be readable here: the probe reaches ${shown(figures, figures.probe)}, and always saying the most frequent class ${number(figures, figures.majority)}.`,
  "explained-by-text": (figures) => {
    const best = bestText(figures)!;
    const { id, figure } = best;
    return `Do not take this for something the model represents: ${textName(best)} alone ${id === "length" ? "reaches" : "reach"} ${shown(figures, figure)}, the probe ${shown(figures, figures.probe)}.`;
  },
  "control-task-as-easy": (figures) =>
    `Do not take this for something the model represents: with a random label for each word the probe reaches ${shown(figures, figures.control!.control)}, with these labels ${shown(figures, figures.probe)}.`,
  "fails-out-of-group": (figures) =>
    `Trust it for the kinds of text that it learnt from only: it reaches ${shown(figures, figures.probe)} there, and ${shown(figures, figures.outOfGroup!.figure)} in groups that it never saw.`,
  uncalibrated: (figures) =>
    `Trust which examples it ranks higher, not its probabilities: these are off by ${percent(figures.calibrationError!)} on average, while the probe reaches ${shown(figures, figures.probe)}.`,
  sound: (figures, notMade) => {
    const best = bestText(figures);
    const text = best ? `${textName(best)} alone ${number(figures, best.figure.value)}, ` : "";
    const without = notMade.length > 0 ? `; not checked: ${notMade.join(", ")}` : "";
    return `Trust it within the controls made: the probe reaches ${shown(figures, figures.probe)}, ${text}the majority ${number(figures, figures.majority)}${without}.`;
  },
};

const textNames: Record<TextBaselineId, string> = {
  majority: "the shares of the classes",
  length: "the length of the text",
  "bag-of-words": "the words of the text",
  "word-ngrams": "one to three words in a row",
  "character-ngrams": "one to four characters in a row",
};

const textName = ({ id, before }: TextFigure): string =>
  before ? `${textNames[id]}${id.endsWith("ngrams") ? " of the text" : ""} up to there` : textNames[id];

/** The text baseline that does best; the majority is no reading of a text. */
function bestText({ text }: TrustFigures): TextFigure | null {
  const read = (text ?? []).filter(({ id }) => id !== "majority");
  return read.reduce<TextFigure | null>(
    (best, it) => (best === null || it.figure.value > best.figure.value ? it : best),
    null,
  );
}

function missing({ text, control, outOfGroup, shuffled }: TrustFigures): string[] {
  return [
    ...(text?.some(({ id }) => id !== "majority") ? [] : ["text baselines"]),
    ...(control && control.seenTypes >= SEEN_FROM ? [] : ["a control task"]),
    ...(outOfGroup ? [] : ["groups held out"]),
    ...(shuffled?.length ? [] : ["shuffled labels"]),
  ];
}

/** What was run once has no interval. */
const isEndless = (end: number): boolean => Math.abs(end) === Number.MAX_VALUE;

function outsideOf(shuffled: TrustFigures["shuffled"]): number {
  return (shuffled ?? []).filter(({ within }) => !within).length;
}

function shown(figures: TrustFigures, { value, low, high }: Figure): string {
  if (isEndless(high)) return `${number(figures, value)} (one run: no interval)`;
  return `${number(figures, value)} (${number(figures, low)} to ${number(figures, high)})`;
}

function number({ measure }: TrustFigures, value: number): string {
  return measure === "accuracy" ? percent(value) : value.toFixed(2);
}

/** The ends of an interval of a mean may lie beyond what a share can be. */
function percent(share: number): string {
  return `${Math.round(100 * Math.min(1, Math.max(0, share)))} %`;
}
