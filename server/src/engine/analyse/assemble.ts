import type { Analysis, AnalysisWarning } from "../../protocol/engine.ts";
import type { ProbeScores } from "../../protocol/probe-file.ts";
import { topCount } from "../models/forward.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { EncodedPrompt } from "../text/text-model.ts";
import type { Context } from "./context.ts";
import { packRows } from "./rows.ts";

/** Puts a finished context into the form that crosses to the host. */
export function assemble(
  setup: LoadedSetup,
  prompt: EncodedPrompt,
  context: Context,
  { probes, problems }: { probes: ProbeScores[]; problems: AnalysisWarning[] },
  { length, reused, ms }: { length: number; reused: number; ms: number },
): Analysis {
  const ids = prompt.ids.slice(0, length);
  const tokens = context.tokens;
  const logprobs = Float32Array.from(ids, (_, t) => (t === 0 ? Number.NaN : tokens[t - 1].nextLogprob));
  const topIds = new Int32Array(length * topCount);
  const topLogprobs = new Float32Array(length * topCount);
  const texts = new Map<number, string>();
  tokens.forEach((token, t) => {
    topIds.set(token.topIds, t * topCount);
    topLogprobs.set(token.topLogprobs, t * topCount);
  });
  for (const id of ids) texts.set(id, "");
  for (const id of topIds) texts.set(id, "");
  for (const id of texts.keys()) texts.set(id, setup.text.text(id));
  const cut = <A extends Int32Array | Uint8Array>(array: A) => array.slice(0, length) as A;
  const { spans } = prompt;
  return {
    setupId: setup.description.setupId,
    ids,
    spans: {
      message: cut(spans.message),
      start: cut(spans.start),
      end: cut(spans.end),
      shared: cut(spans.shared),
      special: cut(spans.special),
    },
    roleOf: cut(prompt.roleOf),
    roles: prompt.roles,
    logprobs,
    topIds,
    topLogprobs,
    probes,
    saes: setup.saes.map((_, s) => packRows(tokens.map((token) => token.saes[s]))),
    texts,
    truncatedFrom: prompt.ids.length > length ? prompt.ids.length : null,
    reused,
    analyseMs: ms,
    warnings: [...setup.problems, ...prompt.warnings, ...problems],
  };
}
