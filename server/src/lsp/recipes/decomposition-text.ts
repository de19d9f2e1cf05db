import { basename } from "node:path";
import type { DecompositionResult, TermOfVector } from "../../steering/methods/decompose.ts";
import { bar, escaped, figure } from "../markdown.ts";

/** Latents of the encoding that are shown. */
const shown = 16;

/** A decomposition in Markdown: our pursuit with its curve of error over sparsity, then the encoder's answer and why it misleads. */
export function decompositionText(it: DecompositionResult): string {
  const { vector, sae, model, norm, medianNorm, warnings, pursuit, direct, negative } = it;
  return [
    `# ${escaped(basename(it.file))} in the latents of ${escaped(sae.id)}`,
    `${vector.name === vector.hook ? "A vector" : `Vector ${escaped(vector.name)}`} at ${escaped(vector.hook)} of ${escaped(model)}, with a norm of ${figure(norm)}; residuals there have a usual norm of ${figure(medianNorm)}. The SAE has ${sae.width} latents.`,
    "## As a sum of decoder directions",
    "Ours, from no paper: gradient pursuit with coefficients of either sign, on decoder directions of norm 1. Each row adds a direction; the last columns say what share of the vector's norm is left with all directions so far, which is the curve of error over sparsity.",
    table(
      ["directions", "latent", "label", "coefficient with all of them", "left of the norm", ""],
      pursuit.map((term, i) => [
        ...[String(i + 1), String(term.latent), labelOf(term), figure(term.value)],
        ...[share(term.residual), bar(term.residual)],
      ]),
    ),
    "## As the SAE's encoder has it, which misleads",
    "Mayne, Yang and Mahdi 2024 (“Can sparse autoencoders be used to decompose and interpret steering vectors?”, arXiv 2411.08790) warn that an encoding of a steering vector is not what the vector is made of: it has not the norm of a residual, so that the encoder's bias decides, and its negative projections on decoder directions are lost. For this vector:",
    warnings.map((line) => `- ${escaped(line)}`).join("\n"),
    direct.latents.length === 0 ? "No latent fires." : terms("activation", direct.latents.slice(0, shown)),
    ...(negative.latents.length === 0
      ? []
      : ["The decoder directions that it points away from most:", terms("cosine", negative.latents)]),
    "",
  ].join("\n\n");
}

const terms = (value: string, latents: readonly TermOfVector[]): string =>
  table(
    ["latent", "label", value],
    latents.map((term) => [String(term.latent), labelOf(term), figure(term.value)]),
  );

const labelOf = ({ label }: TermOfVector): string => (label === null ? "(no label)" : escaped(label));

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
