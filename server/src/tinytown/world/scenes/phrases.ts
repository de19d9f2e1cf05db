import type { Mood } from "../times.ts";

/**
 * The sentences of a scene in one language. Slots: {name} {he} {his} {him} and {other} are persons, {to} and {at} the
 * place, {verb} {object} {plain} the coloured and the bare object with its verb, {aWeatherTime} "a rainy morning",
 * {time} the time alone. `[past|present]` follows the tense, `<a/b>` is free.
 */
export interface Phrases {
  openings: readonly string[];
  uses: readonly string[];
  again: readonly string[];
  weather: Readonly<Record<string, readonly string[]>>;
  times: Readonly<Record<string, readonly string[]>>;
  moods: Readonly<Record<Mood, readonly string[]>>;
  speech: Readonly<Record<Mood, readonly string[]>>;
  asked: readonly string[];
  /** English only: sentences about several objects. */
  plurals: readonly string[];
}
