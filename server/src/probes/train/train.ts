import { createHash } from "node:crypto";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { Description, Setup } from "../../protocol/engine.ts";
import type { ProbeReport } from "../../protocol/probe-report.ts";
import { lastIdsName, type ProbeReading, type ProbeText, placesName } from "../../protocol/probes.ts";
import { ActivationCache } from "../activations/cache.ts";
import { type PreparedData, prepareData } from "../data/prepare.ts";
import type { DataProblem } from "../data/types.ts";
import { probeProblem } from "../problems.ts";
import { silentProblem } from "../spec/silent.ts";
import type { ProbeSpec } from "../spec/types.ts";
import type { FinalResult } from "../work/final.ts";
import { FitWorkers } from "../work/pool.ts";
import type { TrainingSet } from "../work/training-set.ts";
import { worstErrors } from "./errors.ts";
import { type ExampleSet, textExamples, tokenExamples } from "./example-sets.ts";
import { depths, probeFigures, trustIn } from "./figures.ts";
import { lackOf, leftOutProblems } from "./left-out.ts";
import { isOfModel, type PlannedCell, plannedCells } from "./readings.ts";
import { controlTasks, runControls } from "./run-controls.ts";
import { bestCell, type SweptCell, sweepCells } from "./sweep.ts";
import { baselineTexts, probeText } from "./texts.ts";

/** What training needs of its surroundings. */
export interface TrainingGround {
  host: Pick<EngineHost, "describe" | "identify" | "collect">;
  /** The module of the threads. */
  worker: string;
  /** The folder of caches. */
  cache: string;
  log(line: string): void;
}

export interface TrainingRequest {
  spec: ProbeSpec;
  setup: Setup;
  /** Folder that paths in the specification start from. */
  folder: string;
  /** What the probe is called where its specification gives no name. */
  name: string;
}

export type TrainingStage = "reading data" | "reading texts" | "training" | "controls";

/** A probe, with all that was measured on the way. */
export interface TrainedProbe {
  report: ProbeReport;
  /** With the numbers that its rows have; null where no cell could be trained. */
  chosen: { cell: SweptCell; final: FinalResult; width: number } | null;
  description: Description;
  /** SAEs by the content of their files. */
  saes: ActivationCache["identity"]["saes"];
  problems: DataProblem[];
}

/**
 * Trains every probe that a specification means, chooses one by examples that none of them learnt from, and measures it on examples
 * held out, with its controls. What the model says of the texts is kept on disk, so that a cancelled run goes on where it was.
 * @param progress is told of each stage how much of it is done
 * @throws ProblemError for data that cannot be used, with places; CancelledError
 */
export async function trainProbe(
  { host, worker, cache, log }: TrainingGround,
  { spec, setup, folder, name }: TrainingRequest,
  progress: (stage: TrainingStage, done: number, total: number) => void,
  token?: CancellationToken,
): Promise<TrainedProbe> {
  progress("reading data", 0, 1);
  const { data, problems } = await prepareData(spec, {
    folder,
    ...(token && { cancellation: token }),
    onProgress: (read, all) => progress("reading data", read, all),
  });
  if (!data) throw new ProblemError(problems.find(({ severity }) => severity === "error") as DataProblem);
  const silent = spec.editor.silent && silentProblem(spec.editor.silent, data.classes?.names ?? []);
  if (silent) throw probeProblem(silent.code, silent.message, silent.remedy);

  const started = performance.now();
  const activations = await ActivationCache.open(host, setup, `${cache}/activations`, log, token);
  const { description } = activations;
  const planned = plannedCells(spec, description);
  if (planned.length === 0) throw nothingPlanned(spec);
  const readings = readingsFor(planned, spec);
  const texts = data.examples.map((example) => probeText(example, spec));
  let read = 0;
  const left = await activations.fill(
    texts,
    readings,
    (done, total) => {
      read = total;
      progress("reading texts", done, total);
    },
    token,
  );
  const leftOut = leftOutProblems(left, data);
  problems.push(...leftOut);
  // Test examples that were dropped as copies are on neither side.
  const used = new Set([...data.train, ...data.test]);
  const kept = Int32Array.from(texts.keys()).filter((i) => used.has(i) && !left.has(i));
  const lacking = lackOf(kept, leftOut, data, spec);
  if (lacking) throw new ProblemError(lacking);
  const keptTexts = Array.from(kept, (i) => texts[i]);
  const collected = performance.now();

  const examples =
    spec.level === "token"
      ? tokenExamples(data, kept, activations.tokensOf(keptTexts, placesName), spec.seed)
      : textExamples(data, kept, activations.tokensOf(keptTexts, lastIdsName), spec.seed);
  if (examples.validation.length === 0 && planned.length > 1) problems.push(nothingChooses(planned.length));
  const workers = new FitWorkers(worker, token);
  try {
    let done = 0;
    progress("training", 0, planned.length);
    const written = baselineTexts(
      Array.from(examples.of, (i) => data.examples[i]),
      examples.places,
    );
    const byReading = rowsBy(activations, keptTexts);
    const rows = ({ reading }: PlannedCell) =>
      isOfModel(reading) ? byReading(reading) : { words: written.meant };
    const swept = await sweepCells(
      spec,
      planned,
      { examples, rows },
      workers,
      () => progress("training", ++done, planned.length),
      token,
    );
    const trained = performance.now();
    const cells = swept.map(({ cell }) => cell);
    const index = bestCell(swept);
    const report: ProbeReport = {
      schema: "steerscope.probe-report/1",
      name,
      made: new Date().toISOString(),
      model: {
        id: description.model.id,
        sha256: activations.identity.model.sha256,
        layers: description.model.layers,
        dModel: description.model.dModel,
      },
      target: {
        type: examples.target.type,
        names: examples.target.type === "number" ? [] : [...examples.target.names],
      },
      level: spec.level,
      readAs: spec.readAs,
      seed: spec.seed,
      data: dataFacts(examples, data, texts, problems),
      conventions: conventionsOf(spec, description, examples, planned.length),
      cells,
      chosen: index,
      depth: [],
      figures: null,
      controls: null,
      trust: null,
      errors: [],
      timing: {
        collect: (collected - started) / 1000,
        cells: (trained - collected) / 1000,
        fits: swept.reduce((sum, { result }) => sum + (result?.fitSeconds ?? 0), 0) / workers.count,
        controls: 0,
        read,
        texts: texts.length,
      },
    };
    const result = { report, description, saes: activations.identity.saes, problems };
    if (index === null) return { ...result, chosen: null };

    const cell = swept[index];
    const { of: _, places: __, passedOver: ___, ...without } = examples;
    const set: TrainingSet = { ...without, rows: rows(cell.planned) };
    const final = await workers.run("final", { set, wish: cell.wish });
    const wish = { ...cell.wish, ...(final.penalty !== null && { penalty: final.penalty }) };
    const hasGroups = data.groups !== null;
    const controlled = {
      ...{ set, wish, hasGroups, groupNames: data.groupNames, told: final.told },
      texts: written,
    };
    const total = controlTasks(spec, controlled);
    let controlsDone = 0;
    progress("controls", 0, total);
    const controls = await runControls(spec, controlled, workers, () =>
      progress("controls", ++controlsDone, total),
    );
    const figures = probeFigures(set, final);
    return {
      ...result,
      chosen: { cell, final, width: "width" in set.rows ? set.rows.width : 0 },
      report: {
        ...report,
        figures,
        controls,
        depth: depths(cells, controls.majority),
        trust: trustIn(figures, controls, set),
        errors: worstErrors(set, final.told, examples, data.examples, spec.controls.usableInformation),
        timing: { ...report.timing, controls: (performance.now() - trained) / 1000 },
      },
    };
  } finally {
    workers.end();
  }
}

/**
 * What the model is to read for some cells. Where all read texts alone it reads these once all the same: which are too long is then
 * the same for every kind, and so are the tokens that are examples.
 */
function readingsFor(planned: readonly PlannedCell[], { level }: ProbeSpec): ProbeReading[] {
  const readings = planned.map(({ reading }) => reading).filter(isOfModel);
  if (readings.length > 0) return readings;
  const source = { kind: "hook" as const, hook: "blocks.0.hook_resid_post" };
  return [{ source, position: level === "token" ? "all" : "last" }];
}

/** The same reading is asked for by several kinds. */
function rowsBy(activations: ActivationCache, texts: ProbeText[]) {
  const known = new Map<string, ReturnType<ActivationCache["rowsOf"]>>();
  return (reading: Parameters<ActivationCache["rowsOf"]>[1]) => {
    const key = JSON.stringify(reading);
    const rows = known.get(key) ?? activations.rowsOf(texts, reading);
    known.set(key, rows);
    return rows;
  };
}

function dataFacts(
  { target, fit, validation, test }: ExampleSet,
  data: PreparedData,
  texts: ProbeText[],
  problems: DataProblem[],
): ProbeReport["data"] {
  const train = [...fit, ...validation];
  const count = (of: Iterable<number>, k: number) =>
    target.type === "number" ? 0 : [...of].filter((i) => target.labels[i] === k).length;
  const names = target.type === "number" ? [] : target.names;
  const labels = data.examples.map(({ label, tokens }) => tokens ?? label);
  const hash = createHash("sha256").update(JSON.stringify([texts, labels, [...data.train], [...data.test]]));
  return {
    hash: hash.digest("hex"),
    train: train.length,
    test: test.length,
    classes: names.map((name, k) => ({ name, train: count(train, k), test: count(test, k) })),
    problems: problems.map(({ message, remedy }) => `${message} ${remedy}`),
  };
}

function conventionsOf(
  { readAs, level }: ProbeSpec,
  { model }: Description,
  { fit, validation, passedOver }: ExampleSet,
  places: number,
): string[] {
  return [
    readAs === "user"
      ? "Each text is one message of the user in the model's chat template, with a generation prompt."
      : "Each text is read by itself, as it is; in a prompt with roles it stands inside the model's chat template, which the probe has not seen.",
    ...(level === "text" ? ["“last” is the last token of all that the model is given."] : []),
    ...(level === "span" ? ["“last” is the span's last token; nothing behind it is read by it."] : []),
    "Means and maxima leave out the text's first token and those of massive activation.",
    ...(passedOver > 0
      ? [`${passedOver} tokens, drawn at random, are neither learnt from nor told: there are enough without.`]
      : []),
    ...(validation.length > 0
      ? [
          `The place of the probe is chosen on ${validation.length} of the ${fit.length + validation.length} training examples; figures are of examples held out from all of that. Other splits and groups held out keep this place and its penalty, which were chosen on some of the examples that they tell.`,
        ]
      : places > 1
        ? ["The place of the probe is the first that could be trained: nothing was left to choose it on."]
        : []),
    ...model.conventions,
  ];
}

function nothingChooses(places: number): DataProblem {
  return {
    code: "probe-nothing-chooses",
    message: `The training examples are fewer than four that have nothing to do with one another, so that none can choose among the ${places} probes that are meant.`,
    remedy:
      "The first that can be trained is taken. Give more records or groups, or name one place and one kind.",
    subject: "probe",
    severity: "warning",
    at: "data",
  };
}

function nothingPlanned({ kinds }: ProbeSpec): ProblemError {
  const latents = kinds.includes("k-sparse");
  return probeProblem(
    "probe-nothing-to-train",
    latents
      ? "A k-sparse probe reads latents, and the set-up has no SAE."
      : "The specification names no hook point that the model has.",
    latents ? "Name one with saes." : "Write hooks: all, or names such as blocks.0.hook_resid_post.",
  );
}
