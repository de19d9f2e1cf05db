import type { CancellationToken } from "vscode-jsonrpc/node";
import { documentRange } from "../analysis/prompts/index.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { CancelledError, ProblemError } from "../host/problem-error.ts";
import type { Description, Setup } from "../protocol/engine.ts";
import type { ScanAnswer } from "../protocol/requests.ts";
import type { ShardResult } from "../protocol/scan.ts";
import type { StoreIdentity } from "../store/identity.ts";
import type { ShardPlaces } from "../store/shard-firings.ts";
import { StoreWriter } from "../store/writer.ts";
import { corpusFiles } from "./corpus/files.ts";
import { type CorpusDocument, type Shard, shardsOf } from "./corpus/read.ts";
import { evidenceOf } from "./labels.ts";
import { ProgressMeter, type ScanProgress } from "./progress.ts";
import { scoreLatents } from "./scores.ts";

export interface ScanRequest {
  setup: Setup;
  /** Files and folders, as the user named them. */
  corpus: readonly string[];
  /** The store's file. */
  store: string;
  /** Field of JSON, CSV and Parquet records that holds the text. */
  field: string;
  /** Tokens of a window; null for the usual number. */
  context: number | null;
  maxTokens: number | null;
  /** Whether the latents are scored too, once the corpus is read. */
  scores?: boolean;
}

/** What a scan came to, as the language server answers it too. */
export type ScanOutcome = ScanAnswer;

type Engine = Pick<
  EngineHost,
  "describe" | "identify" | "scanShard" | "featureWeights" | "featureScores" | "scanned"
>;

/** Tokens of a window where nobody says otherwise: examples show fewer, and long windows are slow. */
const usualContext = 256;
/** Latents whose weights are looked at in one request. */
const weightBlock = 256;
/** Decides which tokens fall into samples. */
const seed = 1;

/**
 * Scans a corpus into a store, or goes on with a scan that was paused or killed.
 * @param pause stops after what has been merged; nothing is lost but the shard being computed
 * @throws ProblemError, StoreError
 */
export async function scan(
  engine: Engine,
  request: ScanRequest,
  onProgress: (progress: ScanProgress) => void,
  pause: CancellationToken,
): Promise<ScanOutcome> {
  const files = corpusFiles(request.corpus);
  const description = await engine.describe(request.setup);
  assertSaes(description);
  const contextLength = description.model.contextLength;
  const identity: StoreIdentity = {
    ...(await engine.identify(request.setup)),
    corpus: {
      files: files.map(({ name, bytes }) => ({ name, bytes })),
      field: request.field,
      context: Math.min(request.context ?? usualContext, contextLength),
      maxTokens: request.maxTokens,
    },
    seed,
  };
  const saes = description.saes.map(({ id, hook, architecture, width, conventions }) => ({
    id,
    hook,
    architecture,
    width,
    conventions,
  }));
  const writer = await StoreWriter.open(request.store, identity, saes);
  try {
    const before = writer.progress;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const meter = new ProgressMeter(bytes, request.maxTokens, before.tokens, onProgress);
    if (!before.finished) {
      for (const [i, sae] of description.saes.entries()) await writer.setLabels(i, evidenceOf(sae));
      await scanWeights(engine, request, description, writer, meter, pause);
      const parts = new ShardRun(engine, request, description, identity, writer, meter);
      await parts.run(shardsOf(files, request.field), pause);
      meter.indexing();
      await writer.index(!pause.isCancellationRequested);
    }
    const { finished, ...now } = writer.progress;
    const report = (share: number) => meter.scores(share);
    const scored =
      finished && request.scores
        ? await scoreLatents(engine, request.setup, description, writer, report, pause)
        : true;
    return {
      state: finished && scored ? "finished" : "paused",
      store: request.store,
      ...now,
      added: { tokens: now.tokens - before.tokens, seconds: meter.seconds },
    };
  } finally {
    writer.close();
    engine.scanned();
  }
}

function assertSaes({ model, saes }: Description): void {
  if (saes.length > 0) return;
  throw new ProblemError({
    code: "sae-not-found",
    message: `No SAE is named, and none comes with ${model.id}.`,
    remedy: "Name one with --sae: the id of an embedded one, a folder, or a Hub id with a path.",
    subject: "sae",
  });
}

async function scanWeights(
  engine: Engine,
  { setup }: ScanRequest,
  { saes }: Description,
  writer: StoreWriter,
  meter: ProgressMeter,
  pause: CancellationToken,
): Promise<void> {
  const latents = saes.reduce((sum, { width }) => sum + width, 0);
  let done = 0;
  for (const [sae, { width }] of saes.entries()) {
    for (let from = writer.weightsDone(sae); from < width; from += weightBlock) {
      if (pause.isCancellationRequested) return;
      meter.weights((done + from) / latents);
      const to = Math.min(width, from + weightBlock);
      await writer.addWeights(sae, from, await engine.featureWeights({ ...setup, sae, from, to }));
    }
    done += width;
  }
}

/** One run over the shards that a store does not hold yet. While one is merged the engine computes the next. */
class ShardRun {
  readonly #engine: Engine;
  readonly #request: ScanRequest;
  readonly #description: Description;
  readonly #identity: StoreIdentity;
  readonly #writer: StoreWriter;
  readonly #meter: ProgressMeter;
  #left: number;

  constructor(
    engine: Engine,
    request: ScanRequest,
    description: Description,
    identity: StoreIdentity,
    writer: StoreWriter,
    meter: ProgressMeter,
  ) {
    this.#engine = engine;
    this.#request = request;
    this.#description = description;
    this.#identity = identity;
    this.#writer = writer;
    this.#meter = meter;
    this.#left = (request.maxTokens ?? Number.POSITIVE_INFINITY) - writer.progress.tokens;
  }

  async run(shards: AsyncIterable<Shard>, pause: CancellationToken): Promise<void> {
    const { shards: known } = this.#writer.progress;
    let ready: { shard: Shard; result: ShardResult } | null = null;
    try {
      for await (const shard of shards) {
        if (pause.isCancellationRequested || this.#left <= 0) break;
        if (shard.id < known) {
          this.#meter.skipped(shard.bytes);
          continue;
        }
        const computing = this.#compute(shard, pause);
        // Its failure is met below, also where the merge fails first.
        computing.catch(() => {});
        if (ready) await this.#merge(ready.shard, ready.result);
        ready = null;
        const result = await computing;
        ready = { shard, result };
        this.#left -= result.tokens;
      }
    } catch (error) {
      if (!(error instanceof CancelledError && pause.isCancellationRequested)) throw error;
    }
    if (ready) await this.#merge(ready.shard, ready.result);
  }

  async #compute(shard: Shard, pause: CancellationToken): Promise<ShardResult> {
    const documents = shard.documents.map(({ number, messages }) => ({ number, messages }));
    const result = await this.#engine.scanShard(
      {
        ...this.#request.setup,
        shard: shard.id,
        documents,
        context: this.#identity.corpus.context,
        maxTokens: Number.isFinite(this.#left) ? this.#left : null,
        seed,
      },
      pause,
    );
    if (result.setupId === this.#description.setupId) return result;
    throw new ProblemError({
      code: "weights-replaced",
      message: "A file of the model or of an SAE was replaced during the scan.",
      remedy: "Scan into a new store.",
      subject: "model",
    });
  }

  async #merge(shard: Shard, result: ShardResult): Promise<void> {
    await this.#writer.merge(result, shard.documents.length, placesOf(shard));
    this.#meter.merged(shard.bytes, result.tokens);
  }
}

function placesOf({ documents }: Shard): ShardPlaces {
  const [first] = documents;
  const of = (number: number): CorpusDocument => documents[number - first.number];
  return {
    source: (number) => of(number).source,
    range: (number, message, start, end) => {
      const { offset, prompt } = of(number);
      return prompt
        ? documentRange(prompt.messages[message], start, end)
        : { start: offset + start, end: offset + end };
    },
  };
}
