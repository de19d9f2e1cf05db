import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { located } from "../analysis/setup.ts";
import { cacheFolder, findInstall } from "../host/paths.ts";
import { progressText } from "../scan/progress-text.ts";
import { type ScanOutcome, type ScanRequest, scan } from "../scan/scan.ts";
import { storeFile, usualStore } from "../scan/stores.ts";
import { withEngine } from "./engine.ts";
import { whenInterrupted } from "./interrupt.ts";
import { ProgressLine } from "./progress-line.ts";

export interface ScanOptions {
  model: string;
  sae?: string[];
  store?: string;
  field: string;
  context?: number;
  maxTokens?: number;
  scores?: boolean;
  json?: boolean;
}

/** `steerscope scan CORPUS…`. */
export async function scanCommand(corpus: string[], options: ScanOptions): Promise<void> {
  const here = process.cwd();
  const model = located(options.model, here);
  const saes = options.sae?.map((sae) => located(sae, here)) ?? null;
  const places = { cache: cacheFolder(), assets: findInstall(import.meta.url).assets };
  const request: ScanRequest = {
    setup: { model, saes, device: "auto" },
    corpus,
    store: options.store ? storeFile(options.store) : usualStore(model, saes, places),
    field: options.field,
    context: options.context ?? null,
    maxTokens: options.maxTokens ?? null,
    scores: options.scores ?? false,
  };
  const pause = new CancellationTokenSource();
  const release = whenInterrupted(() => {
    if (pause.token.isCancellationRequested) return false;
    process.stderr.write("\nPausing (again to end at once) …\n");
    pause.cancel();
    return true;
  });
  const lines = new ProgressLine();
  try {
    const outcome = await withEngine((host) =>
      scan(host, request, (it) => lines.show(progressText(it)), pause.token),
    );
    lines.end();
    if (options.json) console.log(JSON.stringify({ schema: "steerscope.scan/1", ...outcome }, null, 2));
    else console.log(inWords(outcome));
    // As for any command that was interrupted.
    if (outcome.state === "paused") process.exitCode = 130;
  } finally {
    lines.end();
    release();
  }
}

function inWords({ state, store, tokens, documents, added }: ScanOutcome): string {
  const whole = `${tokens.toLocaleString("en")} tokens of ${documents.toLocaleString("en")} documents are in ${store}`;
  const speed =
    added.seconds > 0 ? ` (${Math.round(added.tokens / added.seconds).toLocaleString("en")} tokens/s)` : "";
  return state === "finished"
    ? `Done: ${whole}${speed}.`
    : `Paused: ${whole}${speed}. Run the same command again to go on.`;
}
