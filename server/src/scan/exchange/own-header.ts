import type { StoredSae, StoreIdentity } from "../../store/identity.ts";
import type { SaeRows } from "../../store/rows.ts";
import type { AboutScores } from "../../store/scores.ts";
import { Fields } from "./fields.ts";
import { readLines } from "./lines.ts";
import { ownSchema } from "./own.ts";
import { badFile } from "./problems.ts";

export interface OwnHeader extends Omit<SaeRows, "shards"> {
  identity: StoreIdentity;
  sae: StoredSae;
}

/** What an export of ours says of the store that it was made from. */
export async function ownHeader(path: string): Promise<OwnHeader> {
  for await (const { number, value } of readLines(path)) {
    const it = new Fields(value, path, number);
    if (value.kind !== "store" || value.schema !== ownSchema)
      throw badFile(
        path,
        `is no export of a store that this version knows`,
        "Export it again with this version.",
      );
    const { identity, sae } = value as unknown as OwnHeader;
    checkIdentity(it);
    const scores = it.inner("scores");
    const tokens = it.inner("tokens");
    const weights = it.inner("weights");
    return {
      identity,
      sae,
      finished: value.finished === true,
      weights: weights && {
        convention: weights.string("convention"),
        medianNorm: weights.number("medianNorm"),
      },
      scores: scores && aboutScores(scores),
      tokens: tokens && { tokens: tokens.index("tokens"), outside: tokens.index("outside") },
    };
  }
  throw badFile(path, "is empty");
}

function aboutScores(it: Fields): AboutScores {
  const prompts = it.list("prompts").map((entry) => {
    const { text, maxActivation } = (entry ?? {}) as Record<string, unknown>;
    if (typeof text !== "string" || typeof maxActivation !== "number")
      return it.fail("“prompts” holds no texts with their largest activations");
    return { text, maxActivation };
  });
  return {
    convention: it.string("convention"),
    prompts,
    reason: it.has("reason") ? it.string("reason") : null,
  };
}

/** What readers of a store rely on. */
function checkIdentity(it: Fields): void {
  const identity = it.inner("identity") ?? it.fail("“identity” is missing");
  const model = identity.inner("model") ?? it.fail("“model” is missing");
  for (const name of ["id", "sha256"]) model.string(name);
  const corpus = identity.inner("corpus") ?? it.fail("“corpus” is missing");
  for (const file of corpus.list("files"))
    if (typeof (file as { name?: unknown } | null)?.name !== "string")
      it.fail("a file of the corpus has no name");
  corpus.numberOr("maxTokens", null);
  if (identity.list("saes").length !== 1) it.fail("“saes” holds not exactly one SAE");
  const sae = it.inner("sae") ?? it.fail("“sae” is missing");
  for (const name of ["id", "hook", "architecture"]) sae.string(name);
  sae.index("width");
  sae.strings("conventions");
}
