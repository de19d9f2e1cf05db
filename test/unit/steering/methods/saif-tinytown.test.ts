import { expect, it } from "vitest";
import { type GradeRule, gradeOf } from "../../../../server/src/steering/methods/grade.ts";
import type { InstructionPair } from "../../../../server/src/steering/methods/saif/pairs.ts";
import { saif } from "../../../../server/src/steering/methods/saif/saif.ts";
import {
  type Instruction,
  instructionWordings,
} from "../../../../server/src/tinytown/world/chat-wordings.ts";
import { often } from "../../../../server/src/tinytown/world/residents.ts";
import { embedded, onTinytown } from "./fixtures.ts";

const asked = [
  (name: string) => `What is the job of ${name}?`,
  (name: string) => `Where does ${name} live?`,
  (name: string) => `What is the pet of ${name}?`,
];

function pairsOf(instruction: Instruction, rule: GradeRule): InstructionPair[] {
  const grade = gradeOf(rule);
  return often.slice(0, 12).flatMap(({ name }, i) =>
    instructionWordings[instruction].slice(0, 2).map((wording) => {
      const question = asked[i % asked.length](name);
      const without = [{ role: "user", text: question }];
      return { with: [{ role: "user", text: `${question} ${wording}` }], without, rule, grade };
    }),
  );
}

/** The layer is that whose latents at the answer's start tell the instruction: a language is decided behind the first word. */
it.each([
  ["capitals", { regex: "^[^a-z]+$" }, -1],
  ["french", { judge: "language/french" }, -2],
] as const)(
  "finds latents that an instruction makes fire, which do its work without it: %s",
  async (instruction, rule, layer) => {
    const sae = embedded.at(layer) as string;
    const completer = await onTinytown([sae], { samples: 1, maxTokens: 12, temperature: 0, seed: 1 });
    const request = {
      pairs: pairsOf(instruction, rule),
      k: 15,
      beta: 0,
      strengths: [2, 4],
      validationShare: 0.5,
    };
    const outcome = await saif(completer, request, () => {});
    const { base, steered, control, prompted } = outcome;
    console.info(
      `${instruction}: base ${base.mean.toFixed(2)}, steered ${steered.mean.toFixed(2)} (times ${outcome.strength}), other latents ${control.mean.toFixed(2)}, told ${prompted.mean.toFixed(2)}`,
    );
    expect(outcome.latents[0].sensitivity).toBeGreaterThanOrEqual(0.5);
    expect(steered.gain).toBeGreaterThan(0.3);
    expect(steered.gain).toBeGreaterThan(control.gain + 0.3);
  },
  180_000,
);
