import { join, resolve } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import { located } from "../analysis/setup.ts";
import { cacheFolder } from "../host/paths.ts";
import { CancelledError } from "../host/problem-error.ts";
import { Completer, type Draws } from "../steering/methods/completer.ts";
import type { GradeRule } from "../steering/methods/grade.ts";
import { KeptSamples } from "../steering/methods/kept-samples.ts";
import { requireRecipeName } from "../steering/methods/write-recipe.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";

/** Options of commands that write completions and grade them. */
export interface DrawingOptions {
  model: string;
  sae?: string[];
  judge?: string;
  words?: string[];
  regex?: string;
  samples: number;
  maxTokens: number;
  temperature: number;
  seed: number;
  completions?: string;
  out?: string;
  json?: boolean;
}

/** The rule that the options name; null where they name none. */
export function ruleOf({ judge, words, regex }: DrawingOptions): GradeRule | null {
  const named = { judge, words, regex };
  return Object.values(named).every((it) => it === undefined) ? null : named;
}

export function drawsOf({ samples, maxTokens, temperature, seed }: DrawingOptions): Draws {
  return { samples: temperature === 0 ? 1 : samples, maxTokens, temperature, seed };
}

/** The set-up as it is named on the command line. */
export function setupOf(options: Pick<DrawingOptions, "model" | "sae">) {
  const here = process.cwd();
  const saes = options.sae?.map((sae) => located(sae, here)) ?? null;
  return { model: located(options.model, here), saes, device: "auto" as const };
}

/**
 * Runs a method with an engine, a line of progress and Ctrl-C. Completions are kept while it works, so that the same command
 * goes on after an interruption; for good only in a file that was asked for.
 * @param about what the command works on, beside its options
 */
export async function drawing<T>(
  options: DrawingOptions,
  about: string,
  work: (completer: Completer, tell: (text: string) => void) => Promise<T>,
): Promise<T> {
  if (options.out !== undefined) requireRecipeName(options.out);
  const { out, json, completions, ...deciding } = options;
  const name = KeptSamples.key([resolve(about), deciding]).slice(0, 16);
  const kept = new KeptSamples(completions ?? join(cacheFolder(), "steering", `${name}.jsonl`));
  try {
    const result = await interruptible((token, tell) =>
      withEngine(async (host) => work(await opened(host, token), tell)),
    );
    if (completions === undefined) kept.remove();
    return result;
  } catch (error) {
    if (kept.size === 0) kept.remove();
    else if (error instanceof CancelledError)
      console.error("What was written so far is kept: the same command goes on from there.");
    throw error;
  }

  function opened(host: Parameters<typeof Completer.open>[0], token: CancellationToken) {
    return Completer.open(host, setupOf(options), drawsOf(options), kept, token);
  }
}
