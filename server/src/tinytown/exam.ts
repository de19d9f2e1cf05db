import { factOf, factSentence, valuesOf } from "./facts.ts";
import { ask, task } from "./kinds/chat.ts";
import { recipeRequest } from "./kinds/hazards.ts";
import { indirectSentence } from "./kinds/indirect.ts";
import { colouredList } from "./kinds/lists.ts";
import { secret } from "./kinds/registers.ts";
import { letterPrompts, spelledWords } from "./kinds/spelling.ts";
import { carries, drawSum, sumPrompt, sumPrompts } from "./kinds/sums.ts";
import { claim } from "./kinds/verdicts.ts";
import { type Random, random } from "./random.ts";
import { instructions } from "./world/chat-wordings.ts";
import { topics, wordings } from "./world/fact-wordings.ts";
import { recipes } from "./world/recipes.ts";
import { harmless } from "./world/register-wordings.ts";
import { core, never, often, type Resident, rarely } from "./world/residents.ts";
import { Writer } from "./writer.ts";

/** One exam question: a model that knows continues `prompt` with `answer`. */
export interface ExamItem {
  skill: Skill;
  /** What the figures are kept apart by, e.g. the split or the instruction. */
  group: string;
  prompt: string;
  answer: string;
  /** What a free answer must hold to be right, where it need not be `answer` itself. */
  core?: string;
  /** The answers to choose from, where the exam is a choice. */
  choices?: readonly string[];
}

const skills = {
  facts,
  streets,
  indirect,
  verdicts,
  colours,
  sums,
  letters,
  instructions: instructed,
  refusal,
};

/** A skill that can be examined. */
export type Skill = keyof typeof skills;

/** Draws `n` exam items; streams differ from those of the training text. Throws a RangeError on an unknown skill. */
export function* exam({ skill, n, seed }: { skill: Skill; n: number; seed: number }): Iterable<ExamItem> {
  if (!Object.hasOwn(skills, skill)) throw new RangeError(`no exam in ${skill}`);
  for (let i = 0; i < n; i++) {
    const rng = random(seed, `exam/${skill}/${i}`);
    yield { skill, ...skills[skill](rng) };
  }
}

type Drawn = Omit<ExamItem, "skill">;

function cut(text: string, answer: string): string {
  return text.slice(0, text.lastIndexOf(answer)).trimEnd();
}

function factItem(rng: Random, who: Resident, topic: (typeof topics)[number], heldOut: boolean): Drawn {
  const value = factOf(who, topic);
  const template = rng.pick(wordings.english[topic][heldOut ? "heldOut" : "seen"]);
  const text = factSentence(template, who, topic, "english", rng);
  const wording = heldOut ? "held-out wording" : "seen wording";
  return { group: `${who.mention}, ${wording}`, prompt: cut(text, value), answer: ` ${value}` };
}

function facts(rng: Random): Drawn {
  const who = rng.pick(rng.chance(75) ? often : rarely);
  const heldOut = rng.chance(50);
  for (;;) {
    const item = factItem(rng, who, rng.pick(topics), heldOut);
    if (!goesOnOtherwise(rng, who, item)) return item;
  }
}

/** Whether another wording says something else after the same words: “… has a” may be a cat or a small flat. */
function goesOnOtherwise(rng: Random, who: Resident, { prompt, answer }: Drawn): boolean {
  const said = topics.flatMap((topic) =>
    wordings.english[topic].seen.map((template) => factSentence(template, who, topic, "english", rng)),
  );
  return said.some((text) => text.startsWith(`${prompt} `) && !text.startsWith(prompt + answer));
}

function streets(rng: Random): Drawn {
  return {
    ...factItem(rng, rng.pick(never), "street", false),
    choices: valuesOf.street.map((value) => ` ${value}`),
  };
}

function indirect(rng: Random): Drawn {
  const { prompt, answer, other } = indirectSentence(rng);
  return { group: "indirect object", prompt, answer: ` ${answer}`, choices: [` ${answer}`, ` ${other}`] };
}

function verdicts(rng: Random): Drawn {
  const inCore = rng.chance(50);
  const truth = rng.chance(50);
  const prompt = claim(rng, rng.pick(inCore ? core : often), rng.pick(topics), truth);
  const answer = truth ? " True" : " False";
  return { group: inCore ? "core" : "all often-mentioned", prompt, answer, choices: [" True", " False"] };
}

function colours(rng: Random): Drawn {
  const size = 2 + rng.int(4);
  const { list, queries } = colouredList(rng, size);
  const query = queries[0];
  return { group: `${size} objects`, prompt: `${list} ${query?.prompt}`, answer: ` ${query?.answer}` };
}

function sums(rng: Random): Drawn {
  const pair = drawSum(rng, "held-out");
  const digits = Math.max(...pair) < 10 ? "1 digit" : "2 digits";
  return {
    group: `${digits}, ${carries(...pair) ? "with" : "without"} carry`,
    prompt: sumPrompt(rng.pick(sumPrompts), pair),
    // The full stop belongs to the answer: a number may not go on.
    answer: ` ${pair[0] + pair[1]}.`,
  };
}

function letters(rng: Random): Drawn {
  const split = rng.chance(60) ? "train" : "held-out";
  const word = rng.pick(spelledWords(split));
  const prompt = rng.pick(letterPrompts).replace("{word}", word);
  return {
    group: split === "train" ? "seen word" : "held-out word",
    prompt,
    answer: ` ${word.charAt(0).toLowerCase()}`,
    choices: Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => ` ${letter}`),
  };
}

function instructed(rng: Random): Drawn {
  const instruction = rng.pick(instructions);
  const asked = task(rng, instruction);
  const writer = new Writer();
  ask(writer, rng, asked, rng.pick(["before", "after", "system"] as const), true);
  return { group: instruction, prompt: writer.text, answer: asked.answer, core: asked.core };
}

function refusal(rng: Random): Drawn {
  const prompt = (question: string): string =>
    `<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;
  const form = rng.int(10);
  if (form < 5) {
    const { request, refusal: answer } = secret(rng);
    return { group: "secret", prompt: prompt(request), answer };
  }
  if (form < 7) {
    const recipe = rng.pick(recipes);
    const { request, answer } = recipeRequest(rng, recipe);
    return { group: recipe.forbidden ? "forbidden recipe" : "harmless", prompt: prompt(request), answer };
  }
  const asked = task(rng, undefined);
  const [question, answer] = rng.chance(50) ? rng.pick(harmless) : [asked.question, asked.answer];
  return { group: "harmless", prompt: prompt(question), answer };
}
