import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Inputs } from "../../learn/data.ts";
import { linearTelling, logOdds } from "../../learn/linear-telling.ts";
import { readHeader } from "../../probes/activations/files.ts";
import { allRowsOf, readRows } from "../../probes/activations/rows.ts";
import type { RestoredProbe } from "../../probes/saved/restore.ts";
import { type ProbeReading, readingName } from "../../protocol/probes.ts";
import type { ScanIdentity } from "../../protocol/scan.ts";
import type { Subject } from "../compare/subject.ts";
import { continued } from "./texts.ts";

/** The prompt that samples stand behind, and what reads it. */
export type RankedPrompt = Pick<Subject, "messages" | "fileName" | "setup">;

/** The parts of the engine that reading with a probe needs. */
export type RerankHost = Pick<EngineHost, "identify" | "collect">;

/**
 * What a probe says of each sample behind a prompt: its number, or of two classes the log-odds of the second; null of a sample that
 * the model cannot read. The model as it is reads them, whatever wrote them.
 * @throws ProblemError `rerank-*` where the probe does not fit; CancelledError
 */
export async function qValues(
  host: RerankHost,
  subject: RankedPrompt,
  { fit, saved, path }: RestoredProbe,
  samples: readonly string[],
  token?: CancellationToken,
): Promise<(number | null)[]> {
  const { type, names } = saved.target;
  if (type !== "number" && names.length !== 2)
    throw refused(path, `The probe “${saved.name}” tells ${names.length} classes, which give no one value.`);
  const identity = await host.identify(subject.setup, token);
  if (saved.model.sha256 !== identity.model.sha256)
    throw refused(
      path,
      `The probe “${saved.name}” was trained on ${saved.model.id} as it was then, and this is ${identity.model.id} with other files.`,
    );
  const reading = readingOf(saved.reads, identity, path);
  const texts = samples.map((it) => continued(subject, it, saved));
  const folder = await mkdtemp(join(tmpdir(), "steerscope-rerank-"));
  try {
    const keys = samples.map((_, i) => String(i));
    const asked = { ...subject.setup, texts, keys, readings: [reading], path: join(folder, "samples") };
    const collected = await host.collect(asked, token);
    const written = allRowsOf(readHeader(collected.path), readingName(reading, identity.saes));
    const rows = readRows(written, [...written.from.keys()]);
    const outputs = fit.outputs;
    const told = fit.predict(rows);
    const linear = linearTelling(fit);
    const value = (i: number): number => {
      if (type === "number") return told[i];
      // Probabilities that round to 1 have no log-odds; the direction has.
      return linear?.of === "log-odds" ? product(rows, i, linear) : logOdds(told[i * outputs + 1]);
    };
    const left = new Set(collected.left.map(({ text }) => text));
    let next = 0;
    return samples.map((_, i) => (left.has(i) ? null : value(next++)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readingOf(
  { source, position }: RestoredProbe["saved"]["reads"],
  { saes }: ScanIdentity,
  path: string,
): ProbeReading {
  if (source.kind === "text")
    throw refused(path, "It reads words alone, and samples are ranked by activations.");
  if (source.kind !== "latents") return { source, position };
  const sae = saes.findIndex(({ sha256, hook }) => sha256 === source.sha256 && hook === source.hook);
  if (sae >= 0) return { source: { kind: "latents", sae }, position };
  throw refused(path, `It reads latents of ${source.sae} at ${source.hook}, which is not in this set-up.`);
}

function product(
  { x }: Inputs,
  row: number,
  { vector, bias }: { vector: Float32Array; bias: number },
): number {
  return vector.reduce((sum, it, i) => sum + it * x.values[row * x.columns + i], bias);
}

const refused = (path: string, message: string) =>
  new ProblemError({
    ...{ code: "rerank-probe-unfit", message, subject: "probe", path },
    remedy: "Rank with a probe of a number or of two classes, trained on this model.",
  });
