import { factOf, factSentence, factSlots, statements, withArticle } from "../facts.ts";
import { capitalised } from "../grammar.ts";
import type { Random } from "../random.ts";
import type { Draw, LabelledText, Language } from "../types.ts";
import { leads } from "../world/fact-leads.ts";
import { type Topic, topics, wordings } from "../world/fact-wordings.ts";
import { often, type Resident, rarely } from "../world/residents.ts";
import { Writer } from "../writer.ts";

/** A resident as training text mentions them: mostly the often-mentioned ones, never the unmentioned. */
export function mentioned(rng: Random): Resident {
  return rng.chance(90) ? rng.pick(often) : rng.pick(rarely);
}

/** One fact as a statement; in training text some begin with words that say nothing about it. */
export function statement(
  rng: Random,
  who: Resident,
  topic: Topic,
  language: Language,
  split: Draw["split"],
): string {
  const template = rng.pick(statements(topic, language, split));
  const lead = split === "train" && template.startsWith("{name}") && rng.chance(35);
  const worded = lead ? rng.pick(leads[language][topic]) + template : template;
  // No lead may make a wording that is held out.
  const kept = wordings[language][topic].heldOut.includes(worded) ? template : worded;
  return factSentence(kept, who, topic, language, rng);
}

/** One fact as a question. */
export function question(rng: Random, who: Resident, topic: Topic, language: Language): string {
  return factSentence(rng.pick(wordings[language][topic].questions), who, topic, language, rng);
}

/** The short answer to such a question, without a full stop: "On Mill Lane", "Einen Hund". */
export function shortAnswer(who: Resident, topic: Topic, language: Language): string {
  const text = withArticle(topic, factOf(who, topic), language, who.sex);
  const bare = factSlots(who, topic, factOf(who, topic), language).value ?? "";
  if (topic === "pet" || (topic === "job" && language === "english")) return capitalised(text);
  if (topic === "street" && language === "german") return `In der ${bare}`;
  if (topic === "country" && language === "german") return `Aus ${bare}`;
  return capitalised(bare);
}

/** Kind 3: two to five facts about one resident or several, as statements or as questions with answers. */
export function facts(rng: Random, { split }: Draw): LabelledText {
  const language = rng.chance(64) ? "english" : rng.pick(["german", "french"] as const);
  const writer = new Writer();
  const same = rng.chance(40) ? mentioned(rng) : undefined;
  const asks = split === "train" && rng.chance(25);
  const order = rng.sample(topics, 2 + rng.int(4));
  for (const topic of order) {
    const who = same ?? mentioned(rng);
    const space = writer.text === "" ? "" : asks ? "\n" : " ";
    const marks = { "fact about": topic };
    if (asks) {
      writer.add(
        `${space}${question(rng, who, topic, language)} ${shortAnswer(who, topic, language)}.`,
        marks,
      );
    } else {
      writer.add(space + statement(rng, who, topic, language, split), marks);
    }
  }
  return writer.finish("facts", language);
}
