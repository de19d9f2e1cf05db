import {
  createMessageConnection,
  ErrorCodes,
  IPCMessageReader,
  IPCMessageWriter,
  ResponseError,
} from "vscode-jsonrpc/node";
import type { DecomposeParams } from "../protocol/decompose.ts";
import type { EmbedParams } from "../protocol/embedding.ts";
import {
  type AnalyseParams,
  type DescribeParams,
  EngineMethod,
  type EngineOptions,
  type EngineProgress,
  type LensParams,
  type Setup,
  type TextsParams,
} from "../protocol/engine.ts";
import type { CollectParams } from "../protocol/probes.ts";
import type { ResponsesParams } from "../protocol/responses.ts";
import type { FeatureWeightsParams, ScanShardParams } from "../protocol/scan.ts";
import type { FeatureScoresParams } from "../protocol/scores.ts";
import type { GenerateParams, GenerateProgress, PoolParams, ReadParams } from "../protocol/steering.ts";
import { EngineError } from "./errors.ts";
import { Cancelled, EngineService } from "./service.ts";

/** The engine's process: requests come over the channel to the host, nothing is kept that cannot be rebuilt. */
const options = JSON.parse(process.env.STEERSCOPE_ENGINE_OPTIONS ?? "null") as EngineOptions | null;
if (!options || !process.send) {
  console.error("This is the engine's process; it is started by the language server or the command line.");
  process.exit(2);
}
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const log = (line: string) => void connection.sendNotification(EngineMethod.log, line);
const service = new EngineService(options, log);
const progress = (value: EngineProgress) => void connection.sendNotification(EngineMethod.progress, value);
const written = (news: GenerateProgress) => void connection.sendNotification(EngineMethod.generated, news);

/** LSP's code for a request that the client cancelled. */
const requestCancelled = -32800;

async function answer(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Cancelled) return new ResponseError(requestCancelled, "cancelled");
    if (error instanceof EngineError)
      return new ResponseError(ErrorCodes.InternalError, error.message, error.problem);
    const message = error instanceof Error ? error.message : String(error);
    return new ResponseError(ErrorCodes.InternalError, message, {
      code: "engine-error",
      message: `The engine could not finish: ${message}`,
      remedy: "Run it again; if it happens again, report it with this message and the log.",
      subject: "engine",
    });
  }
}

connection.onRequest(EngineMethod.describe, ({ known, ...setup }: DescribeParams) =>
  answer(async () => {
    const description = await service.describe(setup, progress);
    return description.setupId === known ? null : description;
  }),
);
connection.onRequest(EngineMethod.analyse, (params: AnalyseParams, token) =>
  answer(() => service.analyse(params, progress, token)),
);
connection.onRequest(EngineMethod.lens, (params: LensParams, token) =>
  answer(() => service.lens(params, progress, token)),
);
connection.onRequest(EngineMethod.check, ({ kind, ...setup }: Setup & { kind: "model" | "sae" }) =>
  answer(() => service.check(setup, kind)),
);
connection.onRequest(EngineMethod.devices, () => answer(() => service.devices()));
connection.onRequest(EngineMethod.identify, (setup: Setup) =>
  answer(() => service.identify(setup, progress)),
);
connection.onRequest(EngineMethod.scanShard, (params: ScanShardParams, token) =>
  answer(() => service.scanShard(params, progress, token)),
);
connection.onRequest(EngineMethod.featureWeights, (params: FeatureWeightsParams) =>
  answer(() => service.featureWeights(params, progress)),
);
connection.onRequest(EngineMethod.responses, (params: ResponsesParams, token) =>
  answer(() => service.responses(params, progress, token)),
);
connection.onRequest(EngineMethod.embed, (params: EmbedParams, token) =>
  answer(() => service.embed(params, token)),
);
connection.onRequest(EngineMethod.featureScores, (params: FeatureScoresParams, token) =>
  answer(() => service.featureScores(params, progress, token)),
);
connection.onRequest(EngineMethod.texts, (params: TextsParams) =>
  answer(() => service.texts(params, progress)),
);
connection.onRequest(EngineMethod.generate, (params: GenerateParams, token) =>
  answer(() => service.generate(params, progress, written, token)),
);
connection.onRequest(EngineMethod.read, (params: ReadParams, token) =>
  answer(() => service.read(params, progress, token)),
);
connection.onRequest(EngineMethod.decompose, (params: DecomposeParams, token) =>
  answer(() => service.decompose(params, progress, token)),
);
connection.onRequest(EngineMethod.pool, (params: PoolParams, token) =>
  answer(() => service.pool(params, progress, token)),
);
connection.onRequest(EngineMethod.collect, (params: CollectParams, token) =>
  answer(() => service.collect(params, progress, token)),
);
connection.onNotification(EngineMethod.scanned, () => service.scanned());
connection.onNotification(EngineMethod.embedded, () => service.embedded());
connection.onNotification(EngineMethod.forget, ({ key }: { key: string }) => service.forget(key));
// Ctrl-C reaches a terminal's whole group; what becomes of the engine is its host's to say.
process.on("SIGINT", () => {});
// Without its host the engine has no purpose.
process.on("disconnect", () => process.exit(0));
connection.listen();
