import type { Kind, KindId } from "../kind.ts";
import { attentive } from "./attentive.ts";
import { ccs } from "./ccs.ts";
import { kSparse } from "./k-sparse.ts";
import { lda } from "./lda.ts";
import { logistic } from "./logistic.ts";
import { attentionPattern, attentionStatistics } from "./logistic-l1.ts";
import { massMean } from "./mass-mean.ts";
import { massMeanWhitened } from "./mass-mean-whitened.ts";
import { multipleInstance } from "./multiple-instance.ts";
import { ordinal } from "./ordinal.ts";
import { ridge } from "./ridge.ts";
import { textKinds } from "./texts.ts";

/** Every kind of probe there is. */
export const kinds: readonly Kind[] = [
  logistic,
  ridge,
  ordinal,
  massMean,
  massMeanWhitened,
  lda,
  kSparse,
  attentive,
  multipleInstance,
  ccs,
  attentionPattern,
  attentionStatistics,
  ...textKinds,
];

/** @throws RangeError where no kind has this name */
export function kindOf(id: KindId): Kind {
  const kind = kinds.find((it) => it.id === id);
  if (kind) return kind;
  throw new RangeError(
    `There is no kind of probe called "${id}"; there are ${kinds.map((it) => it.id).join(", ")}.`,
  );
}
