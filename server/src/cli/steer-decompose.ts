import { located } from "../analysis/setup.ts";
import { readContrast } from "../steering/methods/contrast-file.ts";
import {
  type DecompositionResult,
  decomposeVector,
  type TermOfVector,
} from "../steering/methods/decompose.ts";
import { readVectors } from "../steering/vectors/read.ts";
import { columns } from "./columns.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";

export interface DecomposeOptions {
  sae: string;
  name?: string;
  atoms: number;
  pairs?: string;
  positive?: string;
  model: string;
  json?: boolean;
}

/** Latents of the encoding and of the contrast that the terminal shows; JSON has them all. */
const shown = 8;

/** `steerscope steer decompose VECTORFILE`. */
export async function decomposeCommand(path: string, options: DecomposeOptions): Promise<void> {
  const file = readVectors(path);
  const contrast = options.pairs === undefined ? null : await readContrast(options.pairs, options.positive);
  const [model, sae] = [options.model, options.sae].map((it) => located(it, process.cwd()));
  const setup = { model, saes: [sae], device: "auto" as const };
  const result = await interruptible((token, show) =>
    withEngine((host) =>
      decomposeVector(
        host,
        { setup, file, name: options.name, atoms: options.atoms, contrast },
        (done, total) => show(`Reading: ${done} of ${total} texts`),
        token,
      ),
    ),
  );
  if (options.json)
    console.log(JSON.stringify({ schema: "steerscope.steer-decompose/1", ...result }, null, 2));
  else console.log(inWords(result));
}

function inWords({ file, vector, sae, warnings, direct, contrast, pursuit }: DecompositionResult): string {
  const rows = (terms: TermOfVector[], more: (term: TermOfVector, i: number) => string[] = () => []) =>
    columns(
      terms.map((it, i) => [
        `  ${it.latent}`,
        it.value.toPrecision(3),
        ...more(it, i),
        it.label ?? "(no label)",
      ]),
    );
  const parts = [
    [
      `${file} · ${vector.name} in the latents of ${sae.id} (${sae.hook})`,
      "As a sum of decoder directions of norm 1, with coefficients of either sign (gradient pursuit), and the share of its norm that is left:",
      ...rows(pursuit, (_, i) => [`${(100 * pursuit[i].residual).toFixed(1)} %`]),
    ],
    ["The encoder's answer, which misleads:", ...warnings.map((it) => `  ${it}`)],
    ["Its strongest latents:", ...rows(direct.latents.slice(0, shown))],
  ];
  if (contrast)
    parts.push([
      "Largest differences of mean activations on the texts it was made from:",
      ...rows(contrast.latents.slice(0, shown)),
    ]);
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}
