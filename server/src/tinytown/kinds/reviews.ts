import { valuesOf } from "../facts.ts";
import type { Random } from "../random.ts";
import { sentence } from "../template.ts";
import type { LabelledText } from "../types.ts";
import {
  films,
  inns,
  polarities,
  type ReviewTopic,
  ratings,
  reviewTopics,
  reviewWordings,
  tools,
} from "../world/reviews.ts";
import { Writer } from "../writer.ts";

/** What reviews of each topic can be about. */
export const reviewed: Readonly<Record<ReviewTopic, readonly string[]>> = {
  dish: valuesOf.dish,
  inn: inns,
  film: films,
  tool: tools,
};

/** Kind 2: a review of a dish, an inn, a film or a tool, with a judgement. */
export function reviews(rng: Random): LabelledText {
  const topic = rng.pick(reviewTopics);
  const polarity = rng.pick(polarities);
  const it = rng.pick(reviewed[topic]);
  const { openings, judgements } = reviewWordings[topic];
  // English plurals of dishes end in s, singulars never do.
  const slots = { it, was: topic === "dish" && it.endsWith("s") ? "were" : "was" };
  const writer = new Writer();
  writer.add(sentence(rng.pick(openings), slots, rng));
  const judged = writer.text.length + 1;
  const said = rng.sample(judgements[polarity], 2 + rng.int(2));
  for (const template of said) writer.add(` ${sentence(template, slots, rng)}`);
  writer.add(` ${rng.pick(ratings[polarity])}`);
  writer.mark("polarity", polarity, judged);
  writer.mark("topic", topic, 0);
  return writer.finish("reviews", "english");
}
