import type { KindId } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import type { Description } from "../../protocol/engine.ts";
import type { ProbePosition, ProbeReading } from "../../protocol/probes.ts";
import { hooksFor } from "../spec/hooks.ts";
import type { ProbeSpec } from "../spec/types.ts";

/** A kind of probe at one place of the model. */
export interface PlannedCell {
  kind: KindId;
  reading: ProbeReading | TextReading;
  /** Of latents: the SAE as the set-up names it. */
  source: string;
  layer: number | null;
}

/** The text itself is read, and nothing of the model. */
export interface TextReading {
  source: { kind: "text" };
  position: "all";
}

export const isOfModel = (reading: ProbeReading | TextReading): reading is ProbeReading =>
  reading.source.kind !== "text";

/** Kinds that read all tokens of a text. */
const readsTokens: readonly KindId[] = ["attentive", "multiple-instance"];

/**
 * Which probes a specification means in a model: each kind at each hook point and position. Latents are those of the set-up's
 * SAEs; attention is read of all heads at once, from the last token, or its statistics from the last and from all of them; kinds that
 * read all tokens, or the text alone, have no other position.
 */
export function plannedCells(
  spec: Pick<ProbeSpec, "hooks" | "positions" | "kinds" | "level">,
  { model, saes }: Description,
): PlannedCell[] {
  const hooks = hooksFor(spec, model.layers);
  return spec.kinds.flatMap((kind): PlannedCell[] => {
    const positions = positionsFor(kind, spec);
    if (kindOf(kind).reads === "text")
      return [{ kind, reading: { source: { kind: "text" }, position: "all" }, source: "text", layer: null }];
    if (kind === "attention-pattern")
      return [
        {
          kind,
          reading: { source: { kind: "attention" }, position: "last" },
          source: "attention",
          layer: null,
        },
      ];
    if (kind === "attention-statistics")
      return attentionPositions(positions).map((position) => ({
        kind,
        reading: { source: { kind: "attention" as const, of: "statistics" as const }, position },
        source: "attention statistics",
        layer: null,
      }));
    if (kind === "k-sparse")
      return saes.flatMap(({ id, hook }, sae) =>
        positions.map((position) => ({
          kind,
          reading: { source: { kind: "latents" as const, sae }, position },
          source: `latents of ${id}`,
          layer: layerOf(hook),
        })),
      );
    return hooks.flatMap((hook) =>
      positions.map((position) => ({
        kind,
        reading: { source: { kind: "hook" as const, hook }, position },
        source: hook,
        layer: layerOf(hook),
      })),
    );
  });
}

function positionsFor(
  kind: KindId,
  { level, positions }: Pick<ProbeSpec, "level" | "positions">,
): ProbePosition[] {
  if (level === "token" || readsTokens.includes(kind)) return ["all"];
  const rows = positions.filter((it) => it !== "all");
  return rows.length > 0 ? rows : ["last"];
}

/** Of attention the greatest numbers of any token would mean little: they are means, or those of one token. */
function attentionPositions(positions: ProbePosition[]): ProbePosition[] {
  const own = positions.filter((it) => it !== "max");
  return own.length > 0 ? own : ["mean"];
}

/** The layer that a hook point is in. */
export function layerOf(hook: string): number | null {
  const match = /^blocks\.(\d+)\./.exec(hook);
  return match ? Number(match[1]) : null;
}
