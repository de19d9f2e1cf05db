import { methodProblem } from "../steering/methods/problems.ts";
import { meanOnRollouts, type RolloutOptions } from "../steering/methods/sae-ts/effects.ts";
import { readEffects } from "../steering/methods/sae-ts/effects-file.ts";
import {
  type Effect,
  predictedEffects,
  strongest,
  targetedVector,
} from "../steering/methods/sae-ts/target.ts";
import { writeVectors } from "../steering/vectors/write.ts";
import { columns } from "./columns.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";
import { setupOf } from "./steer-drawing.ts";

export interface TargetOptions {
  model: string;
  sae: string;
  feature: number;
  lambda: number;
  out: string;
  measure?: boolean;
  json?: boolean;
}

/** Side effects that are listed. */
const listed = 10;

/** `steerscope steer target EFFECTS`: a vector that raises one latent and as little else as the fit allows (SAE-TS). */
export async function targetCommand(path: string, options: TargetOptions): Promise<void> {
  const file = readEffects(path);
  if (!file?.fit)
    throw methodProblem(
      "effects-unfitted",
      file ? `${path} holds no fit yet.` : `There is no file ${path}.`,
      "Run `steerscope steer effects` to its end first.",
      path,
    );
  const { fit, effects, about } = file;
  const { feature, lambda, out } = options;
  if (feature >= fit.outputs)
    throw methodProblem(
      "latent-unknown",
      `${about.sae} has no latent ${feature}: it has ${fit.outputs}.`,
      "Name one of them.",
      path,
    );
  const vector = vectorFor(fit, feature, lambda);
  const predicted = predictedEffects(fit, vector, listed);
  const { described, measured } = await interruptible((token, show) =>
    withEngine(async (host) => {
      const setup = setupOf({ model: options.model, sae: [options.sae] });
      const description = await host.describe(setup, token);
      if (description.setupId !== about.setup)
        throw methodProblem(
          "effects-other",
          `${path} was measured with another model or SAE than ${description.model.id} and ${options.sae}.`,
          "Name those that it was measured with: --model and --sae.",
          path,
        );
      if (!options.measure) return { described: description, measured: null };
      show("Writing and reading steered texts …");
      const own = { setup, sae: 0, width: fit.outputs, hook: about.hook };
      const rollouts = { ...own, ...JSON.parse(about.rollouts) } as RolloutOptions;
      const mean = await meanOnRollouts(host, vector, rollouts, token);
      return { described: description, measured: mean.map((value, i) => value - effects.baseline[i]) };
    }),
  );
  writeVectors(out, {
    vectors: [{ hook: about.hook, vector }],
    facts: { model: about.model, unit: "residual", method: "sae-ts", made: new Date().toISOString() },
    metadata: { sae: about.sae, latent: String(feature), lambda: String(lambda) },
  });
  const label = (latent: number) => described.saes[0].labels.get(latent)?.text ?? "";
  if (options.json) {
    const effect = ({ latent, change }: Effect) => ({
      ...{ latent, label: label(latent) || null, predicted: change },
      measured: measured ? measured[latent] : null,
    });
    const all = { target: effect({ latent: feature, change: predictOne(fit, vector, feature) }) };
    const side = { effects: predicted.map(effect), measured: measured && strongest(measured, listed) };
    console.log(JSON.stringify({ schema: "steerscope.steer-target/1", file: out, ...all, ...side }, null, 2));
    return;
  }
  const row = ({ latent, change }: Effect) => [
    latent === feature ? `${latent} (target)` : String(latent),
    change.toFixed(3),
    measured ? measured[latent].toFixed(3) : "not measured",
    label(latent),
  ];
  console.log(
    `Change of mean activations that the vector is expected to make, at the strength it was fitted for:`,
  );
  console.log(columns([["latent", "predicted", "measured", "label"], ...predicted.map(row)]).join("\n"));
  if (measured) {
    console.log("What changed most when it was tried:");
    const tried = strongest(measured, listed).map(({ latent }) => ({
      latent,
      change: predictOne(fit, vector, latent),
    }));
    console.log(columns([["latent", "predicted", "measured", "label"], ...tried.map(row)]).join("\n"));
  }
  console.log(`The vector is in ${out}: name it in a recipe as vector: ${out}`);
}

type Fit = Parameters<typeof targetedVector>[0];

function vectorFor(fit: Fit, latent: number, lambda: number): Float32Array {
  try {
    return targetedVector(fit, latent, lambda);
  } catch (error) {
    throw methodProblem(
      "target-untouched",
      (error as Error).message,
      "Take another latent, or try more directions.",
    );
  }
}

function predictOne({ inputs, outputs, m, b }: Fit, vector: Float32Array, latent: number): number {
  let sum = b[latent];
  for (let i = 0; i < inputs; i++) sum += vector[i] * m[i * outputs + latent];
  return sum;
}
