import { expect, it } from "vitest";
import { checksFrom } from "../../../../server/src/steering/methods/checks.ts";
import { additions } from "../../../../server/src/steering/methods/edits.ts";
import { methodRecipe } from "../../../../server/src/steering/methods/recipe-text.ts";
import { parseRecipe } from "../../../../server/src/steering/recipe/parse.ts";
import { description, resolved } from "../recipes.ts";

const handles = [
  { sae: 0, latent: 1, coefficient: 12.5 },
  { sae: 1, latent: 5, coefficient: 300 },
];
const draws = { samples: 4, maxTokens: 20, temperature: 0.8, seed: 1 };
const tried = (grades: number[]) => ({
  ...{ messages: [{ role: null, text: "A day: “fine”" }], rule: { judge: "mood/cheerful" }, grades, seed: 3 },
});
const checks = checksFrom("is cheerful", [tried([1, 1, 1, 0]), tried([0, 0, 0, 0])]);
const text = methodRecipe(
  { name: "CorrSteer: mood/cheerful", description: "…", model: "toy", saes: null, handles, checks },
  description,
  draws,
);

it("writes a recipe that is read without a problem and steers as the method did", async () => {
  expect(parseRecipe(text).problems).toEqual([]);
  const { steering, problems } = await resolved(text);
  expect(problems).toEqual([]);
  expect(steering).toEqual(additions(handles, description.saes));
  expect(text).toContain("feature: early/1 # mood: cheerful\n");
});

it("asks in its checks for what was seen, less what chance may take", () => {
  expect(parseRecipe(text).recipe?.checks).toMatchObject([
    {
      ...{ name: "is cheerful, prompt 1", prompt: { kind: "text", text: "A day: “fine”" } },
      ...{ samples: 4, seed: 3, maxTokens: 20, temperature: 0.8 },
      expect: [{ kind: "judge", attribute: "mood", value: "cheerful", share: 0.3 }],
    },
  ]);
  expect(checksFrom("r", [{ ...tried([1]), rule: { regex: "a" } }])).toEqual([]);
});
