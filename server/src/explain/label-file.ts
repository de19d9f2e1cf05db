import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import type { AutomaticLabel, AutomaticLabels } from "../analysis/automatic-labels.ts";
import { isSame } from "../analysis/automatic-labels.ts";
import type { LabelEvidence } from "../protocol/feature.ts";
import { explainProblem } from "./problems.ts";

/** The SAE on its model that labels belong to, by the content of their files. */
export interface LabelledSae {
  model: { id: string; sha256: string };
  sae: { id: string; hook: string; sha256: string };
}

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const line = v.object({
  feature: count,
  text: v.pipe(v.string(), v.nonEmpty()),
  source: v.picklist(["automatic", "imported", "user", "ground truth"]),
  maker: v.string(),
  made: v.optional(v.string()),
  scores: v.record(v.string(), share),
  from: v.nullable(share),
  scoring: v.optional(
    v.object({
      judge: v.string(),
      date: v.string(),
      activating: count,
      nonActivating: count,
      unread: count,
      verified: v.boolean(),
    }),
  ),
});

/**
 * Where automatic labels, and scores of other labels, of an SAE lie: a text file of its own in the folder for what is worked
 * out once and kept, one JSON object a line, by latent.
 *
 * Not in the feature store: it may be shipped read-only, it is made anew when another corpus is scanned, and a label does not
 * become wrong by that. Not among the user's labels in the workspace: what people wrote is theirs to review and share, a
 * machine can write thousands, and the command line has no workspace. The name ends with a hash of the content of model and
 * SAE, so that labels are shown with every store of these weights and never with others.
 */
export function labelFile(folder: string, { model, sae }: LabelledSae): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([model.sha256, sae.sha256, sae.hook]))
    .digest("hex");
  return join(folder, "labels", `${prefixOf(model.id, sae.id)}${hash.slice(0, 12)}.jsonl`);
}

/** Whether there can be labels of an SAE: whoever has none need not have its files hashed. */
export function mayHaveLabels(folder: string, model: string, sae: string): boolean {
  try {
    return readdirSync(join(folder, "labels")).some((name) => name.startsWith(prefixOf(model, sae)));
  } catch {
    return false;
  }
}

function prefixOf(model: string, sae: string): string {
  const names = [model, sae].map((name) =>
    basename(name)
      .replace(/[^\w.-]+/g, "-")
      .slice(0, 60),
  );
  return `${names.join("--")}-`;
}

const known = new Map<string, { state: string; labels: AutomaticLabels }>();

/**
 * The labels in a file, by latent; none where there is no file. The same object as long as the file is the same.
 * @throws ProblemError `labels-unreadable` with the line
 */
export function readLabelFile(file: string): AutomaticLabels {
  const state = stateOf(file);
  const last = known.get(file);
  if (last?.state === state) return last.labels;
  const labels = new Map<number, AutomaticLabel[]>();
  if (state !== "")
    for (const label of linesOf(file)) {
      const of = labels.get(label.feature);
      if (of) of.push(label);
      else labels.set(label.feature, [label]);
    }
  known.set(file, { state, labels });
  return labels;
}

/** Puts a label into a file, in the place of the same maker's, or scores in the place of those of the same label. */
export function writeLabel(file: string, feature: number, label: LabelEvidence): void {
  const all = new Map(readLabelFile(file));
  const replaces = (it: AutomaticLabel) =>
    isSame(it, label) ||
    (label.source === "automatic" && it.source === "automatic" && it.maker === label.maker);
  all.set(feature, [...(all.get(feature) ?? []).filter((it) => !replaces(it)), { feature, ...label }]);
  const lines = [...all]
    .sort(([a], [b]) => a - b)
    .flatMap(([, labels]) => labels.map((it) => `${JSON.stringify(it)}\n`));
  mkdirSync(dirname(file), { recursive: true });
  const fresh = `${file}.${randomUUID()}`;
  try {
    writeFileSync(fresh, lines.join(""), { flag: "wx" });
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function* linesOf(file: string): Generator<AutomaticLabel> {
  for (const [i, text] of readFileSync(file, "utf8").split("\n").entries()) {
    if (text.trim() === "") continue;
    let read: v.SafeParseResult<typeof line>;
    try {
      read = v.safeParse(line, JSON.parse(text));
    } catch (error) {
      throw unreadable(file, i, (error as Error).message);
    }
    if (!read.success) throw unreadable(file, i, read.issues[0].message);
    yield read.output;
  }
}

function unreadable(file: string, index: number, why: string) {
  return explainProblem(
    "labels-unreadable",
    `The automatic labels in ${file} cannot be read: line ${index + 1}: ${why}.`,
    "Correct or remove that line.",
  );
}

function stateOf(file: string): string {
  const it = statSync(file, { throwIfNoEntry: false });
  return it ? `${it.mtimeMs}/${it.size}/${it.ino}` : "";
}
