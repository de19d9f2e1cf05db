import { factOf, factSentence, statements, valuesOf } from "../facts.ts";
import type { Random } from "../random.ts";
import type { Draw, LabelledText } from "../types.ts";
import { type Topic, topics } from "../world/fact-wordings.ts";
import { core, often, type Resident } from "../world/residents.ts";
import { Writer } from "../writer.ts";

/** A statement about a resident that is true or false, without its verdict. */
export function claim(rng: Random, who: Resident, topic: Topic, truth: boolean): string {
  const right = factOf(who, topic);
  const value = truth ? right : rng.pick(valuesOf[topic].filter((other) => other !== right));
  // The wordings that mention the kind of pet would repeat a second fact, so they are left out.
  const templates = statements(topic, "english", "train").filter((text) => !text.includes("{kind}"));
  return factSentence(rng.pick(templates), who, topic, "english", rng, value);
}

/** Kind 4: three to six statements, each followed by its verdict. */
export function verdicts(rng: Random, { corePercent }: Draw): LabelledText {
  const writer = new Writer();
  const count = 3 + rng.int(4);
  for (let i = 0; i < count; i++) {
    const who = rng.chance(corePercent) ? rng.pick(core) : rng.pick(often);
    const truth = rng.chance(50);
    if (i > 0) writer.add("\n");
    const start = writer.text.length;
    writer.add(claim(rng, who, rng.pick(topics), truth));
    writer.add(truth ? " True" : " False", { verdict: truth ? "true" : "false" });
    writer.mark("truth", truth ? "true statement" : "false statement", start);
  }
  return writer.finish("verdicts", "english");
}
