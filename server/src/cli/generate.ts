import { styleText } from "node:util";
import type { GenerateResult } from "../protocol/compare.ts";
import type { SamplingOptions } from "../protocol/steering.ts";
import { withStrengths } from "../steering/compare/strengths.ts";
import { comparedEdits, comparedRecipes, editsOf, usualWriting } from "../steering/compare/subject.ts";
import { toSample, write } from "../steering/compare/write.ts";
import { rerank, rerankConventions } from "../steering/rerank/rerank.ts";
import { type RerankOptions, rankedByText, rankText, rerankFrom, usualRanked } from "./rerank-option.ts";
import { type SubjectOptions, withSubject } from "./steering-subject.ts";

/** What decides how a text is written, as the command line names it. */
export type WritingOptions = Partial<SamplingOptions> & {
  maxTokens?: number;
  samples?: number;
  stop?: string[];
};

export interface GenerateOptions extends SubjectOptions, WritingOptions, RerankOptions {
  json?: boolean;
}

/** `steerscope generate FILE`: what the model writes on a prompt, steered or not; a single sample as it is written. */
export async function generateCommand(fileName: string, options: GenerateOptions): Promise<void> {
  const by = await rerankFrom(fileName, options);
  await withSubject(fileName, options, async (subject, host, token) => {
    const writing = usualWriting({ ...options, samples: options.samples ?? (by ? usualRanked : 1) });
    const steering = withStrengths(editsOf(subject), []);
    const streams = !options.json && writing.samples === 1;
    const told = ({ text }: { text: string }) => void (streams && process.stdout.write(text));
    const generated = await write(host, subject, writing, steering, told, token);
    const texts = generated.samples.map(({ text }) => text);
    const ranked = by && (await rerank(host, subject, texts, { ...by, seed: writing.sampling.seed }, token));
    const { sampling, maxTokens } = writing;
    const { promptIds, promptMs, decodeMs, conventions } = generated;
    const { model } = subject.description;
    if (streams) process.stdout.write("\n");
    else if (options.json) {
      const result: GenerateResult = {
        schema: "steerscope.generate/1",
        ...{ file: fileName, model: model.id, device: model.device },
        ...{ recipes: comparedRecipes(subject), edits: comparedEdits(subject, []) },
        ...{ sampling, maxTokens, promptTokens: promptIds.length },
        samples: generated.samples.map(toSample),
        rerank: ranked,
        conventions: [...conventions, ...(ranked ? rerankConventions : [])],
        ...{ timings: { promptMs, decodeMs } },
      };
      console.log(JSON.stringify(result, null, 2));
    } else {
      generated.samples.forEach(({ text }, i) => {
        console.log(`${styleText("bold", `Sample ${i + 1}`)}${rankText(ranked, i)}\n${text}\n`);
      });
      if (ranked) console.log(rankedByText(ranked));
    }
  });
}
