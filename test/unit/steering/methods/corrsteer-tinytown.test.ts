import { expect, it } from "vitest";
import { random } from "../../../../server/src/explain/random.ts";
import type { Completer } from "../../../../server/src/steering/methods/completer.ts";
import {
  type CorrSteerOutcome,
  corrSteer,
} from "../../../../server/src/steering/methods/corrsteer/corrsteer.ts";
import { gradeOf } from "../../../../server/src/steering/methods/grade.ts";
import { tryHandles } from "../../../../server/src/steering/methods/try-handles.ts";
import { generate } from "../../../../server/src/tinytown/index.ts";
import { judge } from "../../../../server/src/tinytown/judge/judge.ts";
import { embedded, onTinytown } from "./fixtures.ts";

/** First sentences of scenes that show no mood yet. */
function openings(count: number): string[] {
  const sentences = [...generate({ kinds: ["scenes"], n: 20 * count, seed: 5 })]
    .map(({ text }) => /^[^.!?]+[.!?]/.exec(text)?.[0] ?? "")
    .filter((it) => it !== "" && judge(it, "mood").value === null);
  return [...new Set(sentences)].slice(0, count);
}

/** As many latents at the same hook points, as strong, drawn from those that are known to fire. */
function others({ all }: CorrSteerOutcome, { description }: Completer) {
  const next = random(3);
  return all.handles.map(({ sae, coefficient }) => {
    const alive = [...(description.saes[sae].frequency ?? [])].flatMap((it, latent) =>
      it > 0 ? [latent] : [],
    );
    return { sae, coefficient, latent: alive[Math.floor(next() * alive.length)] };
  });
}

it("finds latents of a mood from what the model writes, and adding them makes that mood", async () => {
  const completer = await onTinytown(embedded.slice(-3), {
    samples: 6,
    maxTokens: 36,
    temperature: 1,
    seed: 1,
  });
  const rule = { judge: "mood/cheerful" };
  const grade = gradeOf(rule);
  const prompts = openings(20).map((text) => ({ messages: [{ role: null, text }], rule, grade }));
  const request = { examples: { prompts, completions: [] }, successAbove: 0, validationShare: 0.3 };
  const outcome = await corrSteer(completer, request, () => {});
  const trial = {
    prompts: outcome.validation.map(({ messages }) => messages),
    grades: outcome.validation.map(() => grade),
    ...{ handles: others(outcome, completer), base: outcome.base },
  };
  const control = await tryHandles(completer, trial, () => {});
  const { all, pruned, base, candidates } = outcome;
  console.info(
    `cheerful: base ${base?.mean.toFixed(2)}, S ${outcome.single.tried?.mean.toFixed(2)}, A ${all.tried?.mean.toFixed(2)}, P ${pruned?.tried?.mean.toFixed(2)}, random ${control.mean.toFixed(2)}`,
  );
  const labels = candidates.map(
    ({ candidate: { sae, latent } }) => completer.description.saes[sae].labels.get(latent)?.text ?? "",
  );
  expect(labels.filter((it) => it.includes("cheerful")).length).toBeGreaterThan(0);
  expect(all.tried!.gain).toBeGreaterThan(0.25);
  expect(all.tried!.gainInterval[0]).toBeGreaterThan(0);
  expect(all.tried!.gain).toBeGreaterThan(control.gain + 0.2);
  const helpful = candidates.filter(({ alone }) => alone!.gain > 0).map(({ candidate }) => candidate);
  expect(pruned!.handles).toEqual(helpful);
}, 600_000);
