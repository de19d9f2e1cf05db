import { describe, expect, it } from "vitest";
import type { KindId } from "../../../server/src/learn/kind.ts";
import { kindIds } from "../../../server/src/probes/spec/kinds.ts";
import { parseProbe } from "../../../server/src/probes/spec/parse.ts";
import { classesOf, inTurn, rowsOf, train } from "../learn/material.ts";
import { told } from "../steering/recipes.ts";

const files = "data: { files: a.jsonl, pair: p }\n";
const drawn = (attribute: string) => `data: { tinytown: { attribute: ${attribute} } }\n`;
const problemsOf = (text: string) => parseProbe(text).problems;
const refused = (text: string) =>
  told(
    text,
    problemsOf(text).filter(({ severity }) => severity === "error"),
  );
const messageOf = (text: string) =>
  problemsOf(text)
    .map(({ message, remedy }) => `${message} ${remedy}`)
    .join("\n");

/** What each target is, and the kinds that tell it. */
const targets: Record<string, readonly KindId[]> = {
  "{ classes: [a, b] }": kindIds.filter((it) => it !== "ordinal"),
  "{ classes: [a, b, c] }": kindIds.filter((it) => it !== "ordinal" && it !== "ccs"),
  "{ classes: [a, b, c], positive: a }": kindIds.filter((it) => it !== "ordinal"),
  "{ order: [a, b, c] }": kindIds.filter((it) => it !== "ccs" && it !== "multiple-instance"),
  "{ type: number }": ["ridge", "attentive", "bag-of-words", "word-ngrams", "character-ngrams"],
};
const ofTokens = kindIds.filter(
  (it) => !["ordinal", "ccs", "attentive", "multiple-instance"].includes(it) && !it.startsWith("attention-"),
);

describe("a kind", () => {
  it.each(Object.entries(targets))("of a target %s is trained where it can tell that", (target, able) => {
    const found = kindIds.filter((kind) => refused(`${files}target: ${target}\nkinds: ${kind}`).length === 0);
    expect(found).toEqual(able);
    const others = kindIds.filter((it) => !able.includes(it));
    // One that cannot be is told at its place in a list, and what else is there in the same line.
    const text = `${files}target: ${target}\nkinds: [attentive, ${others[0]}]`;
    expect(refused(text)).toEqual([`probe-kind-other-target: ${others[0]}`]);
  });

  it("of tokens is trained where it reads one row an example", () => {
    const of = (level: string) =>
      kindIds.filter((kind) => refused(`${files}level: ${level}\nkinds: ${kind}`).length === 0);
    expect(of("token")).toEqual(ofTokens);
    expect(of("span")).toEqual(kindIds.filter((it) => it !== "ordinal"));
    expect(of("text")).toEqual(of("span"));
    expect(refused(`${files}level: token\nkinds: [lda, ccs, attention-pattern]`)).toEqual([
      "probe-kind-other-level: ccs",
      "probe-kind-other-level: attention-pattern",
    ]);
  });

  it.each([
    ["target: { type: number }\nlevel: token", "probe-target-impossible: token"],
    ["target: { order: [a, b] }\nlevel: token\nkinds: [ordinal]", "probe-target-impossible: token"],
    ["positions: [last, all]\nkinds: [lda, logistic]", "probe-position-impossible: [last, all]"],
    ["positions: all", "probe-position-impossible: all"],
    ["penalty: 0", "probe-out-of-range: 0"],
    ["penalty: 2\nkinds: [logistic, lda, mass-mean-whitened]", "probe-out-of-range: 2"],
    // Of a kind that cannot be trained anyway the penalty is not told too.
    ["penalty: 0\nkinds: ordinal", "probe-kind-other-target: ordinal"],
  ])("is refused with %j", (text, expected) => {
    expect(refused(`${files}${text}`)).toEqual([expected]);
  });

  it.each([
    ["positions: [last, all]\nkinds: [lda, attentive]"],
    ["penalty: 0\nkinds: attentive"],
    ["penalty: 1\nkinds: [logistic, lda]"],
    ["penalty: 300\nkinds: [logistic, ridge]"],
  ])("is trained with %j", (text) => {
    expect(problemsOf(`${files}${text}`)).toEqual([]);
  });

  it("says what can be done instead", () => {
    expect(messageOf(`${files}target: { type: number }\nkinds: lda`)).toBe(
      "A probe of the kind lda tells classes or an order, and the target is a number. Take one of ridge, attentive, bag-of-words, word-ngrams, character-ngrams, or another target.",
    );
    expect(messageOf(`${files}kinds: ordinal`)).toContain(
      "Give the order, the least first, target: { order:",
    );
    expect(messageOf(`${drawn("trilemma")}kinds: ccs`)).toMatch(
      /has 3: true, false, neither.*target\.classes/,
    );
    expect(refused(`${drawn("truth")}kinds: ccs`)).toEqual([]);
    expect(messageOf(`${files}penalty: 2\nkinds: [logistic, lda, mass-mean-whitened]`)).toContain(
      "penalty is 2, and of lda, mass-mean-whitened it has to be above 0 and at most 1.",
    );
  });

  it("is refused a penalty exactly where its fit refuses it", () => {
    const labels = inTurn(24, 2);
    const x = rowsOf(labels, 3, 2);
    const pairs = Int32Array.from(labels, (_, i) => Math.floor(i / 2));
    for (const kind of kindIds)
      for (const penalty of [0, 0.5, 1.5]) {
        const type = kind === "ordinal" ? "ordered" : "classes";
        const fit = () => train(kind, x, classesOf(labels, type), { penalty, pairs, alpha: 0.5 });
        const target = type === "ordered" ? "{ order: [a, b] }" : "{ classes: [a, b] }";
        const told = refused(`${files}target: ${target}\npenalty: ${penalty}\nkinds: ${kind}`).length > 0;
        const said = `${kind} at ${penalty}`;
        if (told) expect(fit, said).toThrow(/^The penalty \(.*\) is .*; it has to be /);
        else expect(refusalOf(fit), said).not.toMatch(/penalty/);
      }
  });
});

/** What a fit refuses, or nothing. */
function refusalOf(learn: () => unknown): string {
  try {
    learn();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a key that no kind reads", () => {
  it.each([
    ["penalty: 1\nkinds: mass-mean", "penalty", "1"],
    ["k: 4\nkinds: [logistic, lda]", "k", "4"],
    ["alpha: 0.1", "alpha", "0.1"],
    ["positions: [last]\nkinds: [multiple-instance]", "positions", "[last]"],
    ["hooks: all\nkinds: [k-sparse, attention-pattern]", "hooks", "all"],
  ])("is told of %j, and the probe still trained", (text, key, value) => {
    const { spec, problems } = parseProbe(`${files}${text}`);
    expect(told(`${files}${text}`, problems)).toEqual([`probe-key-unread: ${value}`]);
    expect(problems[0]).toMatchObject({
      severity: "warning",
      message: expect.stringMatching(`^${key} changes`),
    });
    expect(spec).not.toBeNull();
  });

  it.each([
    ["penalty: 1\nkinds: [mass-mean, lda]"],
    ["k: 4\nkinds: [logistic, k-sparse]"],
    ["alpha: 0.1\nkinds: multiple-instance"],
    ["positions: all\nkinds: [attentive]"],
    ["hooks: all\nkinds: [k-sparse, lda]"],
  ])("is not told of %j", (text) => {
    expect(problemsOf(`${files}${text}`)).toEqual([]);
  });
});
