import type { ImportEngine, Target } from "./import.ts";
import type { NpFeature } from "./neuronpedia-records.ts";
import type { Agreement } from "./verify.ts";

/** Entries of each list that are looked at, and the share that must be in ours; ties and rounding move some. */
const looked = 5;
const needed = 0.4;
const cosineTolerance = 0.02;

/** Neighbours with their cosines, or else the tokens that a latent raises. */
export async function compareWeights(
  engine: Pick<ImportEngine, "featureWeights">,
  features: NpFeature[],
  { setup }: Target,
): Promise<Agreement> {
  const result: Agreement = { what: "Decoder directions", compared: 0, agree: 0, example: null, scale: null };
  for (const { index, neighbours, raises } of features) {
    const facts = await engine.featureWeights({ ...setup, sae: 0, from: index, to: index + 1 });
    const cosines = new Map(
      Array.from(facts.neighbours.latents, (latent, i) => [latent, facts.neighbours.cosines[i]]),
    );
    // A direction is the nearest to itself, and some programs list it.
    const theirs = neighbours.filter(([other]) => other !== index).slice(0, looked);
    const near = theirs.filter(
      ([other, cosine]) =>
        Math.abs((cosines.get(other) ?? Number.POSITIVE_INFINITY) - cosine) <= cosineTolerance,
    );
    const ours = new Set([...facts.raised.ids].map((id) => plain(facts.texts.get(id) ?? "")));
    const tokens = ours.size > 0 ? raises.slice(0, looked) : [];
    const raised = tokens.filter(([text]) => ours.has(plain(text)));
    if (theirs.length === 0 && tokens.length === 0) continue;
    result.compared++;
    const enough = (part: unknown[], whole: unknown[]) =>
      whole.length > 0 && part.length >= needed * whole.length;
    if (enough(near, theirs) || enough(raised, tokens)) result.agree++;
    else
      result.example ??= theirs[0]
        ? `Latent ${index} is said to be nearest to ${theirs[0][0]} (cosine ${theirs[0][1]}), and is to ${facts.neighbours.latents[0]} (${facts.neighbours.cosines[0]?.toFixed(3)}).`
        : `Latent ${index} is said to raise “${tokens[0][0]}”, and raises “${[...ours][0]}”.`;
  }
  return result;
}

/** Programs write the space before a word in several ways. */
const plain = (text: string) => text.replace(/^[Ġ▁ ]+/u, "").trimEnd();
