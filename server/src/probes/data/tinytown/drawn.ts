import { factOf, factSentence, statements, valuesOf } from "../../../tinytown/facts.ts";
import { task } from "../../../tinytown/kinds/chat.ts";
import { question } from "../../../tinytown/kinds/facts.ts";
import { recipeRequest } from "../../../tinytown/kinds/hazards.ts";
import { secret } from "../../../tinytown/kinds/registers.ts";
import { carries, drawSum, sumPrompt, sumPrompts } from "../../../tinytown/kinds/sums.ts";
import type { Random } from "../../../tinytown/random.ts";
import { instructions } from "../../../tinytown/world/chat-wordings.ts";
import { topics } from "../../../tinytown/world/fact-wordings.ts";
import { recipes } from "../../../tinytown/world/recipes.ts";
import { harmless } from "../../../tinytown/world/register-wordings.ts";
import { core, never, often, type Resident } from "../../../tinytown/world/residents.ts";
import type { DrawnAttribute } from "./attributes.ts";

/** What one draw gives; two of them where they are a statement and its contrary. */
export interface Drawn {
  text: string;
  label: string;
  /** What is not to be seen on both sides of a split: a wording, a sum, a resident. */
  group: string;
  split: "train" | "test" | null;
}

/** Share in percent of the examples that are drawn from what training text never has. */
const heldOutPercent = 25;
/** Share in percent of the statements that are about the residents whose verdicts training text tells most. */
const corePercent = 70;

/** Draws the examples of an attribute, one call after another. */
export const draws: Readonly<Record<DrawnAttribute, (rng: Random) => Drawn[]>> = {
  truth: (rng) => claims(rng, rng.pick(rng.chance(corePercent) ? core : often)),
  trilemma: (rng) => {
    if (rng.int(3) > 0) return claims(rng, rng.pick(rng.chance(corePercent) ? core : often));
    return claims(rng, rng.pick(never)).map((it) => ({ ...it, label: "neither" }));
  },
  resident: (rng) => {
    const isKnown = rng.chance(50);
    const who = rng.pick(isKnown ? often : never);
    const text = question(rng, who, rng.pick(topics), "english");
    return [{ text, label: isKnown ? "known" : "unknown", group: who.name, split: null }];
  },
  carry: (rng) => {
    const { a, b, ...sum } = drawnSum(rng);
    return [{ ...sum, label: carries(a, b) ? "with carry" : "without carry" }];
  },
  carries: (rng) => {
    const { a, b, ...sum } = drawnSum(rng);
    const count = Number((a % 10) + (b % 10) > 9) + Number(a + b > 99);
    return [{ ...sum, label: String(count) }];
  },
  instruction: (rng) => {
    const instruction = rng.pick(instructions);
    const { question: asked, wording } = task(rng, instruction);
    const text = rng.chance(50) ? `${asked} ${wording}` : `${wording} ${asked}`;
    return [{ text, label: instruction, group: wording, split: null }];
  },
  request: (rng) => {
    const form = rng.int(4);
    if (form === 0) return [request(secret(rng).request, "request for the secret")];
    if (form === 1) {
      const recipe = rng.pick(recipes);
      const { request: text } = recipeRequest(rng, recipe);
      return [request(text, recipe.forbidden ? "request for a forbidden recipe" : "harmless request")];
    }
    if (form === 2) return [request(rng.pick(harmless)[0], "harmless request")];
    return [request(task(rng, undefined).question, "harmless request")];
  },
};

/** A true statement and a false one in the same words. */
function claims(rng: Random, who: Resident): Drawn[] {
  const topic = rng.pick(topics);
  const isHeldOut = rng.chance(heldOutPercent);
  // Wordings that mention the kind of pet would repeat a second fact.
  const wordings = statements(topic, "english", isHeldOut ? "held-out" : "train").filter(
    (it) => !it.includes("{kind}"),
  );
  const wording = rng.pick(wordings);
  const right = factOf(who, topic);
  const wrong = rng.pick(valuesOf[topic].filter((it) => it !== right));
  // Neither comes first more often: what pairs are compared by must not be their order.
  return (rng.chance(50) ? [right, wrong] : [wrong, right]).map((value) => ({
    text: factSentence(wording, who, topic, "english", rng, value),
    label: value === right ? "true" : "false",
    group: wording,
    split: isHeldOut ? "test" : "train",
  }));
}

function drawnSum(rng: Random) {
  const isHeldOut = rng.chance(heldOutPercent);
  const pair = drawSum(rng, isHeldOut ? "held-out" : "train");
  const [a, b] = pair;
  const split: Drawn["split"] = isHeldOut ? "test" : "train";
  const group = `${Math.min(a, b)} + ${Math.max(a, b)}`;
  return { a, b, text: sumPrompt(rng.pick(sumPrompts), pair), group, split };
}

/** Requests come in few wordings, so that each is a group of its own. */
const request = (text: string, label: string): Drawn => ({ text, label, group: text, split: null });
