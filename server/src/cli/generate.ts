import { styleText } from "node:util";
import type { GenerateResult } from "../protocol/compare.ts";
import type { SamplingOptions } from "../protocol/steering.ts";
import { withStrengths } from "../steering/compare/strengths.ts";
import { comparedEdits, comparedRecipes, editsOf, usualWriting } from "../steering/compare/subject.ts";
import { toSample, write } from "../steering/compare/write.ts";
import { type SubjectOptions, withSubject } from "./steering-subject.ts";

/** What decides how a text is written, as the command line names it. */
export type WritingOptions = Partial<SamplingOptions> & {
  maxTokens?: number;
  samples?: number;
  stop?: string[];
};

export interface GenerateOptions extends SubjectOptions, WritingOptions {
  json?: boolean;
}

/** `steerscope generate FILE`: what the model writes on a prompt, steered or not; a single sample as it is written. */
export async function generateCommand(fileName: string, options: GenerateOptions): Promise<void> {
  await withSubject(fileName, options, async (subject, host, token) => {
    const writing = usualWriting(options);
    const steering = withStrengths(editsOf(subject), []);
    const streams = !options.json && writing.samples === 1;
    const told = ({ text }: { text: string }) => void (streams && process.stdout.write(text));
    const generated = await write(host, subject, writing, steering, told, token);
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
        ...{ conventions, timings: { promptMs, decodeMs } },
      };
      console.log(JSON.stringify(result, null, 2));
    } else
      generated.samples.forEach(({ text }, i) => {
        console.log(`${styleText("bold", `Sample ${i + 1}`)}\n${text}\n`);
      });
  });
}
