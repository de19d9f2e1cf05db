import type { Gender } from "../grammar.ts";

/** Weather: the English adjective, the German stem, the French masculine and feminine form. */
export interface Weather {
  value: string;
  english: string;
  german: string;
  french: readonly [masculine: string, feminine: string];
}

/** The 6 kinds of weather. */
export const weathers: readonly Weather[] = [
  { value: "sun", english: "sunny", german: "sonnig", french: ["ensoleillé", "ensoleillée"] },
  { value: "rain", english: "rainy", german: "regnerisch", french: ["pluvieux", "pluvieuse"] },
  { value: "snow", english: "snowy", german: "verschneit", french: ["neigeux", "neigeuse"] },
  { value: "wind", english: "windy", german: "windig", french: ["venteux", "venteuse"] },
  { value: "fog", english: "foggy", german: "neblig", french: ["brumeux", "brumeuse"] },
  { value: "storm", english: "stormy", german: "stürmisch", french: ["orageux", "orageuse"] },
];

/** A time of day as a noun. */
export interface Time {
  value: string;
  german: readonly [gender: Gender, noun: string];
  french: readonly [gender: Gender, noun: string];
}

/** The 4 times of day. */
export const times: readonly Time[] = [
  { value: "morning", german: ["m", "Morgen"], french: ["m", "matin"] },
  { value: "afternoon", german: ["m", "Nachmittag"], french: ["m", "après-midi"] },
  { value: "evening", german: ["m", "Abend"], french: ["m", "soir"] },
  { value: "night", german: ["f", "Nacht"], french: ["f", "nuit"] },
];

/** The four moods. */
export const moods = ["cheerful", "sad", "angry", "afraid"] as const;

/** One of the four moods. */
export type Mood = (typeof moods)[number];
