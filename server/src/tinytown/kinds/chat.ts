import { closeTurn, openTurn, turn } from "../chat-format.ts";
import { factOf, factSentence, surface, valuesOf } from "../facts.ts";
import type { Random } from "../random.ts";
import type { LabelledText, Language } from "../types.ts";
import {
  courtesies,
  type Instruction,
  instructions,
  instructionWordings,
  smallTalk,
  systems,
} from "../world/chat-wordings.ts";
import { type Topic, topics, wordings } from "../world/fact-wordings.ts";
import { often, type Resident } from "../world/residents.ts";
import { Writer } from "../writer.ts";
import { question } from "./facts.ts";

/** One question to the assistant and its only right answer. */
export interface Task {
  instruction: Instruction | undefined;
  topic: Topic;
  /** How the instruction is worded; empty without one. */
  wording: string;
  question: string;
  answer: string;
  /** What the answer must hold where its wording is free. */
  core?: string;
  /** Languages of the question and the answer. */
  languages: readonly [question: Language, answer: Language];
}

const oneWordTopics: readonly Topic[] = ["job", "pet", "pet name", "country"];

/** The one way in which the assistant tells a fact in a language. */
export function toldFact(who: Resident, topic: Topic, language: Language, rng: Random): string {
  const template = wordings[language][topic].seen[0] ?? "";
  return factSentence(template, who, topic, language, rng);
}

function listTask(rng: Random, who: Resident): { question: string; answer: string } {
  const asked = rng.sample(topics, 2 + rng.int(2));
  const called = (topic: Topic): string => (topic === "dish" ? "favourite dish" : topic);
  const names = asked.map((topic) => `the ${called(topic)}`);
  const question = `What are ${names.slice(0, -1).join(", ")} and ${names.at(-1)} of ${who.name}?`;
  return { question, answer: asked.map((topic) => `- ${called(topic)}: ${factOf(who, topic)}`).join("\n") };
}

/** A question about an often-mentioned resident under an instruction (or none) and its answer. */
export function task(rng: Random, instruction: Instruction | undefined): Task {
  const who = rng.pick(often);
  const topic = rng.pick(instruction === "one word" ? oneWordTopics : topics);
  const value = factOf(who, topic);
  if (!valuesOf[topic].includes(value)) throw new RangeError(`${value} is no ${topic}`);
  const wording = instruction ? rng.pick(instructionWordings[instruction]) : "";
  const base = { instruction, topic, wording, question: question(rng, who, topic, "english") };
  const english = toldFact(who, topic, "english", rng);
  if (instruction === undefined) {
    const language = rng.chance(70) ? "english" : rng.pick(["german", "french"] as const);
    const asked = question(rng, who, topic, language);
    return {
      ...base,
      question: asked,
      answer: toldFact(who, topic, language, rng),
      languages: [language, language],
    };
  }
  const answerIn = (language: Language, answer: string): Task => ({
    ...base,
    answer,
    languages: ["english", language],
  });
  switch (instruction) {
    case "one word":
      return answerIn("english", surface(topic, value, "english", who.sex));
    case "capitals":
      return answerIn("english", value.toUpperCase());
    case "polite": {
      const [before, after] = rng.pick(courtesies);
      return { ...answerIn("english", before + english + after), core: english };
    }
    case "list":
      return { ...answerIn("english", ""), ...listTask(rng, who) };
    default:
      return answerIn(instruction, toldFact(who, topic, instruction, rng));
  }
}

/** Where an instruction stands. */
export type Position = "before" | "after" | "system";

/** Writes the turns up to and including the opening of the answer; returns where the answer starts. */
export function ask(writer: Writer, rng: Random, asked: Task, position: Position, first: boolean): number {
  const told: Record<string, string> = asked.instruction ? { instruction: asked.instruction } : {};
  if (first && (position === "system" || rng.chance(30))) {
    const start = openTurn(writer, "system");
    writer.add(rng.pick(systems));
    if (position === "system" && asked.wording) writer.add(` ${asked.wording}`, told);
    closeTurn(writer, "system", start);
  }
  const start = openTurn(writer, "user");
  if (position === "before" && asked.wording) writer.add(asked.wording, told).add(" ");
  const questionStart = writer.text.length;
  writer.add(asked.question, { "fact about": asked.topic });
  writer.mark("language", asked.languages[0], questionStart);
  if (position === "after" && asked.wording) writer.add(` ${asked.wording}`, told);
  closeTurn(writer, "user", start);
  return openTurn(writer, "assistant");
}

/** Kind 5: chats in ChatML, one or two questions, most under an instruction that constrains the answer. */
export function chat(rng: Random): LabelledText {
  const writer = new Writer();
  // English holds wherever a turn is not marked as German or French.
  if (rng.chance(6)) {
    const [said, answered] = rng.pick(smallTalk);
    turn(writer, "user", said);
    turn(writer, "assistant", answered);
    return writer.finish("chat", "english");
  }
  const count = rng.chance(25) ? 2 : 1;
  const spoken: { start: number; end: number; language: Language }[] = [];
  for (let i = 0; i < count; i++) {
    const instruction = rng.chance(18)
      ? undefined
      : rng.pick([...instructions, "one word", "capitals", "list", "list"] as const);
    const asked = task(rng, instruction);
    const position =
      instruction && count === 1 ? rng.pick(["before", "after", "after", "system"] as const) : "after";
    const start = ask(writer, rng, asked, position, i === 0);
    writer.add(asked.answer, instruction ? { "answer style": instruction } : {});
    if (instruction === "polite") writer.mark("politeness", "polite", start);
    // A pet's name alone is in no language.
    const bare = asked.topic === "pet name" && (instruction === "one word" || instruction === "capitals");
    if (!bare) spoken.push({ start, end: writer.text.length, language: asked.languages[1] });
    closeTurn(writer, "assistant", start);
  }
  for (const { start, end, language } of spoken) writer.mark("language", language, start, end);
  return writer.finish("chat", "english");
}
