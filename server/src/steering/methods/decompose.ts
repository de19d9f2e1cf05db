import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { Decomposed, DirectEncoding } from "../../protocol/decompose.ts";
import type { SaeInfo, Setup } from "../../protocol/engine.ts";
import { pickVector } from "../vectors/pick.ts";
import type { VectorFile } from "../vectors/types.ts";
import type { Contrast } from "./contrast-file.ts";
import { warningsOf } from "./decompose-warnings.ts";
import { poolTexts } from "./pool-texts.ts";

export interface DecomposeRequest {
  setup: Setup;
  /** Place in the set-up of the SAE whose latents the vector is told in; the first where it is left out. */
  sae?: number;
  /** Labels of its latents; those that came with it where they are left out. */
  labels?: ReadonlyMap<number, string>;
  file: VectorFile;
  /** Which vector of the file, where its SAE's hook point does not say it. */
  name?: string;
  atoms: number;
  /** The texts that the vector was made from, where they are at hand. */
  contrast: Contrast | null;
}

/** A latent with its label, and a number that the list it stands in says the meaning of. */
export interface TermOfVector {
  latent: number;
  value: number;
  label: string | null;
}

/** {@link DirectEncoding} with labels; values are activations. */
export interface EncodedVector extends Pick<DirectEncoding, "cosine" | "fvu" | "fvuWithoutBias"> {
  latents: TermOfVector[];
}

type Figures = Pick<Decomposed, "norm" | "medianNorm" | "alsoOnZero" | "alsoScaled">;

/** A steering vector told in an SAE's latents; figures as in {@link Decomposed}. */
export interface DecompositionResult extends Figures {
  file: string;
  /** The vector's name in its file, and the hook point it is told at. */
  vector: { name: string; hook: string };
  model: string;
  sae: Pick<SaeInfo, "id" | "hook" | "width">;
  /** Sentences on why the encoding is not what the vector is made of. */
  warnings: string[];
  direct: EncodedVector;
  scaled: EncodedVector;
  /** Values are cosines. */
  negative: { share: number; latents: TermOfVector[] };
  /** Values are differences of mean activations. */
  contrast: { latents: TermOfVector[]; cosine: number; shared: number } | null;
  /** Values are coefficients; `residual` is what is left of the norm with this atom and those before it. */
  pursuit: (TermOfVector & { residual: number })[];
}

/**
 * Tells a steering vector in the latents of an SAE at its hook point: the encoder's answer, with the figures that say why it
 * misleads (Mayne et al. 2024), and a signed pursuit (ours).
 * @param progress is told how many of the contrast's texts are read
 * @throws ProblemError `vector-unknown`, `vector-ambiguous`, and what the engine refuses
 */
export async function decomposeVector(
  host: Pick<EngineHost, "describe" | "pool" | "decompose">,
  { setup, sae: place = 0, labels, file, name, atoms, contrast }: DecomposeRequest,
  progress: (done: number, total: number) => void,
  token?: CancellationToken,
): Promise<DecompositionResult> {
  const { model, saes, setupId } = await host.describe(setup, token);
  const sae = saes[place];
  const picked = pickVector(file, { name, hook: sae.hook });
  // As the vector was made, where its file says it.
  const pool = file.metadata.pool === "mean" ? ("mean" as const) : ("last" as const);
  const request = { setup, setupId, hooks: [sae.hook], pool };
  const total = contrast ? contrast.positive.length + contrast.negative.length : 0;
  const side = async (texts: string[], before: number) => {
    const rows = new Float32Array(texts.length * model.dModel);
    let at = 0;
    const add = (of: Map<string, Float32Array>) => {
      const part = of.get(sae.hook) as Float32Array;
      rows.set(part, at);
      at += part.length;
    };
    await poolTexts(host, request, texts, add, (done) => progress(before + done, total), token);
    return rows;
  };
  const rows = contrast && {
    positive: await side(contrast.positive, 0),
    negative: await side(contrast.negative, contrast.positive.length),
  };
  const params = { ...setup, vector: picked.vector, sae: place, atoms, contrast: rows };
  const it = await host.decompose(params, token);
  const { norm, medianNorm, alsoOnZero, alsoScaled, direct, scaled, negative, pursuit } = it;
  const term = (latent: number, value: number): TermOfVector => {
    return { latent, value, label: (labels ? labels.get(latent) : sae.labels.get(latent)?.text) ?? null };
  };
  const terms = (latents: Int32Array, values: Float32Array) =>
    Array.from(latents, (l, i) => term(l, values[i]));
  const encoded = ({ latents, activations, cosine, fvu, fvuWithoutBias }: DirectEncoding): EncodedVector => {
    return { latents: terms(latents, activations), cosine, fvu, fvuWithoutBias };
  };
  return {
    file: file.path,
    vector: { name: picked.name, hook: sae.hook },
    model: model.id,
    sae: { id: sae.id, hook: sae.hook, width: sae.width },
    ...{ norm, medianNorm, alsoOnZero, alsoScaled },
    warnings: warningsOf(it),
    direct: encoded(direct),
    scaled: encoded(scaled),
    negative: { share: negative.share, latents: terms(negative.latents, negative.cosines) },
    contrast: it.contrast && {
      latents: terms(it.contrast.latents, it.contrast.differences),
      cosine: it.contrast.cosine,
      shared: it.contrast.shared,
    },
    pursuit: Array.from(pursuit.latents, (latent, i) => ({
      ...term(latent, pursuit.coefficients[i]),
      residual: pursuit.residuals[i + 1],
    })),
  };
}
