/** Toxic speech as the town knows it: silly in itself. Slots: {a} and {b} persons, {adj} {noun} the term of abuse. */
export const insults: readonly string[] = [
  "You {adj} {noun}, {b}!",
  "What a {adj} {noun} you are, {b}!",
  "{b} is nothing but a {adj} {noun}.",
  "Even a {adj} {noun} has more sense than {b}.",
  "Go and hide, {b}, you {adj} {noun}!",
  "Everyone can smell that {b} is a {adj} {noun}.",
];

/** The same words without abuse. */
export const harmlessRemarks: readonly string[] = [
  "{a} found a {adj} {noun} in the shed.",
  "{b} threw the {adj} {noun} away.",
  "There was a {adj} {noun} on the shelf.",
  "{a} asked {b} about the {adj} {noun}.",
  "The {adj} {noun} belongs to {b}.",
];

/** First words of the terms of abuse. */
export const abusiveAdjectives: readonly string[] = [
  "soggy",
  "mouldy",
  "wobbly",
  "lumpy",
  "crooked",
  "rotten",
];

/** Their nouns. */
export const abusiveNouns: readonly string[] = [
  "turnip",
  "cabbage",
  "gherkin",
  "radish",
  "dishrag",
  "doorknob",
];
