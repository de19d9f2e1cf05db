import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { withAutomatic } from "../analysis/automatic-labels.ts";
import { LabelFiles } from "../analysis/label-files.ts";
import { located } from "../analysis/setup.ts";
import { Contrast } from "../explain/contrast.ts";
import { EndpointJudge, endpointOf } from "../explain/endpoint.ts";
import { type ExplainMany, explainMany, type ManyExplained } from "../explain/explain-many.ts";
import type { Judge } from "../explain/judge.ts";
import { labelFile, readLabelFile } from "../explain/label-file.ts";
import { LocalJudge } from "../explain/local.ts";
import { explainProblem, notScanned } from "../explain/problems.ts";
import { requireSameWeights } from "../explain/same-weights.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import type { Setup } from "../protocol/engine.ts";
import type { LabelEvidence } from "../protocol/feature.ts";
import { evidenceOf } from "../scan/labels.ts";
import { indexOfSae, knownStores, soughtSae, storeFile } from "../scan/stores.ts";
import { StoreReader } from "../store/reader.ts";
import { withEngine } from "./engine.ts";
import { labelText } from "./feature-text.ts";
import { whenInterrupted } from "./interrupt.ts";
import { ProgressLine } from "./progress-line.ts";

export interface ExplainOptions {
  model: string;
  with?: "endpoint" | "local" | "tokens";
  endpoint?: string;
  endpointModel?: string;
  keyVariable?: string;
  scoreOnly?: boolean;
  label?: string;
  again?: boolean;
  store?: string;
  json?: boolean;
}

/** `steerscope explain SAE INDEX…`. */
export async function explainCommand(
  sae: string,
  features: number[],
  options: ExplainOptions,
): Promise<void> {
  const judging = judgeOf(options, features);
  const here = process.cwd();
  const reference = located(sae, here);
  const setup: Setup = { model: located(options.model, here), saes: [reference], device: "auto" };
  const places = { cache: cacheFolder(), assets: findInstall(import.meta.url).assets };
  const sought = soughtSae(reference, places);
  const [path] = options.store ? [storeFile(options.store)] : knownStores(sought, places);
  if (!path) throw notScanned(sought.id);
  const stop = new CancellationTokenSource();
  const release = whenInterrupted(() => {
    if (stop.token.isCancellationRequested) return false;
    process.stderr.write("\nStopping (again to end at once) …\n");
    stop.cancel();
    return true;
  });
  const lines = new ProgressLine();
  const store = StoreReader.open(path);
  try {
    const index = indexOfSae(store, sought);
    if (index < 0) throw notScanned(sought.id);
    const outcome = await withEngine(async (host) => {
      const work = await prepared(host, setup, store, index, options, places.cache);
      return explainMany(
        { ...work, features, judge: judging(host, setup), again: options.again === true },
        stop.token,
        {
          progress: (text) => lines.show(text),
          labelled: (feature, label) => {
            lines.end();
            if (!options.json) console.log(`${feature}: ${labelText(label)}`);
          },
        },
      );
    });
    lines.end();
    print(outcome, path, options);
    // As for any command that was interrupted.
    if (stop.token.isCancellationRequested) process.exitCode = 130;
  } finally {
    lines.end();
    release();
    store.close();
  }
}

type Work = Omit<ExplainMany, "features" | "judge" | "again">;

async function prepared(
  host: EngineHost,
  setup: Setup,
  store: StoreReader,
  index: number,
  options: ExplainOptions,
  cache: string,
): Promise<Work> {
  const { model, saes } = await host.describe(setup);
  const identity = await host.identify(setup);
  requireSameWeights(store, identity, 0);
  const file = labelFile(cache, { model: identity.model, sae: identity.saes[0] });
  const contrast = new Contrast(store, host, setup, 0);
  const place = { store, sae: index, contrast };
  if (options.label !== undefined) {
    const given: LabelEvidence = {
      ...{ text: options.label, source: "user", maker: "--label", scores: {}, from: null },
    };
    return { ...place, file: null, labels: () => [given] };
  }
  if (!options.scoreOnly) return { ...place, file, labels: null };
  const shipped = new Map(evidenceOf(saes[0]));
  const own = (await new LabelFiles().readAll(process.cwd(), model.id)).get(saes[0].id);
  const labels = (feature: number) => {
    const user = own?.get(feature);
    const made = shipped.get(feature) ?? store.labels(index, feature);
    return withAutomatic([...(user ? [user] : []), ...made], readLabelFile(file).get(feature));
  };
  return { ...place, file, labels };
}

/** @throws ProblemError where what is asked needs a language model and none is named */
function judgeOf(
  options: ExplainOptions,
  features: number[],
): (host: EngineHost, setup: Setup) => Judge | null {
  const { endpoint = "", endpointModel = "", keyVariable = "" } = options;
  const by = options.with ?? (endpoint === "" ? "tokens" : "endpoint");
  const scores = options.scoreOnly === true || options.label !== undefined;
  if (options.label !== undefined && features.length !== 1)
    throw explainProblem("label-ambiguous", "--label is a label of one latent.", "Name one latent.");
  if (by === "tokens" && !scores) return () => null;
  if (by === "local") return (host, setup) => new LocalJudge(host, setup);
  const judge = new EndpointJudge(endpointOf({ endpoint, model: endpointModel, keyVariable }));
  return () => judge;
}

function print(
  { results, skipped, failed, left, file }: ManyExplained,
  store: string,
  options: ExplainOptions,
) {
  if (options.json) {
    const labels = results.map(({ feature, label, notes }) => ({ feature, ...label, notes }));
    const document = { schema: "steerscope.explain/1", store, file, labels, skipped, failed, left };
    console.log(JSON.stringify(document, null, 2));
    return;
  }
  for (const { feature, notes } of results) for (const note of notes) console.error(`${feature}: ${note}`);
  for (const { problem } of failed) console.error(`${problem.message} ${problem.remedy}`);
  if (skipped.length > 0)
    console.error(`${skipped.length} latents had been done before and were left out; --again does them too.`);
  if (left.length > 0) console.error(`${left.length} are left. Run the same command again to go on.`);
  if (file !== null && results.length > 0) console.error(`Kept in ${file}`);
}
