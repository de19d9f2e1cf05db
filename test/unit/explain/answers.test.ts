import { expect, it } from "vitest";
import { readLabel, readVerdicts } from "../../../server/src/explain/answers.ts";

const [yes, no] = [true, false];

it.each([
  ["[1, 0, 1]", [yes, no, yes]],
  ["[1,0,1]\n", [yes, no, yes]],
  ["```json\n[1, 0, 1]\n```", [yes, no, yes]],
  ["The texts [1] and [3] fit, so: [true, false, true].", [yes, no, yes]],
  ['["yes", "no", "YES"]', [yes, no, yes]],
  ["[0, 0, 0] at first sight, but [1, 0, 1]", [yes, no, yes]],
  ["<think>perhaps [0, 0, 0]</think>[1, 0, 1]", [yes, no, yes]],
  ["Text 1: 1\nText 2: 0\nText 3: yes, it is", [yes, no, yes]],
  ["1. yes\n2. no\n3. yes", [yes, no, yes]],
  ["- Example 2: no\n- Example 1: yes\n- Example 3: yes", [yes, no, yes]],
  ["[1, 0]", null],
  ["[1, 0, 1, 1]", null],
  ["[1, 0, 2]", null],
  ["[1, 0, ]", null],
  ["Text 1: 1\nText 2: 0", null],
  ["I cannot judge that.", null],
  ["", null],
])("reads %j as what it says of each of three texts, or as nothing", (answer, expected) => {
  expect(readVerdicts(answer, 3)).toEqual(expected);
});

it.each([
  ["the word gate", "the word gate"],
  ['"The word gate."', "The word gate"],
  ["Label: the word gate", "the word gate"],
  ["<think>What could it be?\nGates.</think>\n\nthe word\tgate", "the word gate"],
  ["They are all about gates.\n\n**Label:** the word gate", "the word gate"],
  ["```\nthe word gate\n```", "the word gate"],
  ["the \u001b[31mword\u0007 gate", "the [31mword gate"],
  ["", null],
  ["...", null],
  ["x".repeat(501), null],
])("reads the label in %j", (answer, expected) => {
  expect(readLabel(answer)).toBe(expected);
});
