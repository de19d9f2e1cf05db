import type { BulkFiles } from "./files.ts";
import type { Target } from "./import.ts";
import { readLines } from "./lines.ts";
import { type NpActivation, type NpFeature, npRecord } from "./neuronpedia-records.ts";
import { badFile, badLine, mismatch } from "./problems.ts";
import { hookDifference } from "./source-id.ts";

/** What a first reading of all files finds: every line is whole, and all belong to one source. */
export interface Survey {
  modelId: string;
  layer: string;
  hook: string | null;
  features: number;
  activations: number;
  explanations: number;
  highest: number;
  /** Length of the decoder's directions; 0 where none is given. */
  vector: number;
  /** Tokens it was measured on, where the source says it. */
  tokens: number | null;
  /** Some of each, to be compared with what the engine computes. */
  someFeatures: NpFeature[];
  someActivations: NpActivation[];
}

/** How many of each are compared: enough that chance cannot agree, few enough for seconds. */
const compared = 12;

/** @throws ProblemError `import-record-invalid`, `import-file-invalid` */
export async function survey({ files, source }: BulkFiles): Promise<Survey> {
  let found: Survey | null = null;
  for (const { path, kind } of files)
    for await (const { number, value } of readLines(path)) {
      const record = npRecord(value, path, number, kind);
      found ??= {
        ...empty,
        modelId: record.modelId,
        layer: record.layer,
        someFeatures: [],
        someActivations: [],
      };
      if (record.modelId !== found.modelId || record.layer !== found.layer)
        throw badLine(
          path,
          number,
          `it is of ${record.modelId}/${record.layer}, and the lines before are of ${found.modelId}/${found.layer}`,
        );
      found.highest = Math.max(found.highest, record.index);
      if (record.kind === "feature") {
        found.features++;
        found.hook ??= record.hook;
        found.vector ||= record.vector;
        const tellsMuch = record.neighbours.length > 0 || record.raises.length > 0;
        if (tellsMuch) keepSome(found.someFeatures, record, found.features);
      } else if (record.kind === "activation") {
        found.activations++;
        // Where it hardly fires, rounding and context decide.
        if (record.top && record.values[record.peak] > 0)
          keepSome(found.someActivations, record, found.activations);
      } else found.explanations++;
    }
  if (!found) throw badFile(files.map(({ path }) => path).join(", "), "holds no line");
  found.tokens = source ? await measuredOn(source) : null;
  return found;
}

const empty = {
  hook: null,
  features: 0,
  activations: 0,
  explanations: 0,
  highest: 0,
  vector: 0,
  tokens: null,
};

/** Keeps records of different latents from all over the files. */
function keepSome<R extends { index: number }>(some: R[], record: R, n: number): void {
  if (some.some(({ index }) => index === record.index)) return;
  if (some.length < compared) some.push(record);
  else if (n % 97 === 0) some[(n / 97) % compared] = record;
}

async function measuredOn(path: string): Promise<number | null> {
  for await (const { value } of readLines(path)) {
    const { num_prompts: prompts, num_tokens_in_prompt: each } = value;
    if (Number.isSafeInteger(prompts) && Number.isSafeInteger(each)) return Number(prompts) * Number(each);
  }
  return null;
}

/** @throws ProblemError `import-mismatch` with what differs */
export function assertFits(found: Survey, { description: { model, saes } }: Target): void {
  const [{ id, hook, width }] = saes;
  if (found.highest >= width)
    throw mismatch(`It holds latent ${found.highest}, and the latents of ${id} are 0 to ${width - 1}.`);
  const difference = hookDifference(hook, found.layer, found.hook);
  if (difference) throw mismatch(difference);
  if (found.vector > 0 && found.vector !== model.dModel)
    throw mismatch(
      `Its decoder directions have ${found.vector} numbers, and ${model.id} is ${model.dModel} wide.`,
    );
}
