import { located } from "../analysis/setup.ts";
import { asVectors, type CaaOutcome, contrastiveVectors } from "../steering/methods/caa.ts";
import { readContrast } from "../steering/methods/contrast-file.ts";
import { assertWritable, writeVectors } from "../steering/vectors/write.ts";
import { columns } from "./columns.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";

export interface CaaOptions {
  hook: string[];
  out: string;
  pool: "last" | "mean";
  positive?: string;
  model: string;
  json?: boolean;
}

/** `steerscope steer caa PAIRS`. */
export async function caaCommand(pairs: string, options: CaaOptions): Promise<void> {
  const hooks = [...new Set(options.hook)];
  assertWritable(options.out, hooks);
  const contrast = await readContrast(pairs, options.positive);
  const setup = { model: located(options.model, process.cwd()), saes: null, device: "auto" as const };
  const outcome = await interruptible((token, show) =>
    withEngine((host) =>
      contrastiveVectors(
        host,
        { setup, contrast, hooks, pool: options.pool },
        (done, total) => show(`Reading: ${done} of ${total} texts`),
        token,
      ),
    ),
  );
  writeVectors(options.out, asVectors(outcome, new Date().toISOString().slice(0, 10)));
  if (options.json) console.log(JSON.stringify(asJson(outcome, options.out), null, 2));
  else console.log(inWords(outcome, options.out));
}

function asJson({ model, pool, positives, negatives, paired, vectors }: CaaOutcome, file: string) {
  return {
    schema: "steerscope.steer-caa/1",
    ...{ file, model: model.id, pool, positives, negatives, paired },
    vectors: vectors.map(({ hook, norm, stability }) => ({ hook, norm, stability })),
  };
}

function inWords({ positives, negatives, paired, vectors }: CaaOutcome, file: string): string {
  const texts = paired ? `${positives} pairs` : `${positives} positive and ${negatives} negative texts`;
  const rows = vectors.map(({ hook, norm, stability }) => [
    `  ${hook}`,
    `norm ${norm.toPrecision(3)}`,
    stability === null ? "too few texts for halves" : `halves agree with cosine ${stability.toFixed(3)}`,
  ]);
  return [...columns(rows), `Done: vectors from ${texts} are in ${file}.`].join("\n");
}
