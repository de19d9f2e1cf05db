import type { KindId } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import type { YamlReader } from "../../yaml/reader.ts";
import type { KindSetting, PairOf } from "./check-kinds.ts";

/** Keys that only some kinds read, and why the others do not. */
const readBy: Readonly<Record<string, { by(kind: KindId): boolean; why: string }>> = {
  penalty: { by: (it) => kindOf(it).penalty !== null, why: "it has none" },
  k: { by: (it) => it === "k-sparse", why: "only k-sparse probes choose latents" },
  alpha: { by: (it) => it === "multiple-instance", why: "only multiple-instance probes abstain" },
  hooks: {
    by: (it) => it !== "k-sparse" && !it.startsWith("attention-") && kindOf(it).reads !== "text",
    why: "k-sparse probes read where their SAEs do, probes of attention all heads, those of words no model",
  },
  positions: {
    by: (it) => kindOf(it).reads === "row" && it !== "attention-pattern",
    why: "all tokens of an example are read, or the heads from its last one",
  },
};

/** Warns of keys that change nothing, since no kind that a specification names reads them. */
export function tellUnread(reader: YamlReader, pairOf: PairOf, { kinds, positions }: KindSetting): void {
  for (const [key, { by, why }] of Object.entries(readBy)) {
    const pair = pairOf(key);
    const saysAll = key === "positions" && positions?.every((it) => it === "all");
    if (!pair || saysAll || kinds.some(by)) continue;
    reader.wrong(
      reader.place(pair),
      "probe-key-unread",
      `${key} changes nothing of ${kinds.join(", ")}: ${why}.`,
      "Take it away, or add a kind that reads it.",
      "warning",
    );
  }
}
