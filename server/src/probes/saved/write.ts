import { tensorBytes } from "../../files/tensor-bytes.ts";
import { writeWhole } from "../../files/write-whole.ts";
import {
  probeTensorsPath,
  type SavedProbe,
  type SavedSource,
  savedProbeSchema,
} from "../../protocol/probe-file.ts";
import type { ProbeSpec } from "../spec/types.ts";
import type { TrainedProbe } from "../train/train.ts";

/**
 * Writes a trained probe: `NAME.probe.json` with what it is and all that was measured, and `NAME.probe.safetensors` beside it.
 * @returns what the JSON holds
 * @throws what the system says
 */
export function writeProbe(
  path: string,
  trained: TrainedProbe,
  { editor }: Pick<ProbeSpec, "editor">,
): SavedProbe {
  const { report, chosen } = trained;
  if (!chosen) throw new RangeError("No probe was trained.");
  const { cell, final } = chosen;
  const { state } = final;
  const saved: SavedProbe = {
    schema: savedProbeSchema,
    name: report.name,
    model: { id: report.model.id, sha256: report.model.sha256, dModel: report.model.dModel },
    reads: {
      source: sourceOf(trained),
      position: cell.planned.reading.position,
      level: report.level,
      readAs: report.readAs,
      width: chosen.width,
    },
    target: report.target,
    fit: { kind: state.kind, settings: { ...state.settings } },
    editor: {
      threshold: editor.threshold,
      severity: editor.severity,
      message: editor.message,
      silent: editor.silent,
    },
    report,
  };
  const tensors = Object.entries(state.tensors).map(([name, { shape, values }]) => ({
    name,
    shape,
    data: values,
  }));
  // The JSON last: it is what makes the two files a probe.
  writeWhole(probeTensorsPath(path), tensorBytes(tensors, { "steerscope.probe": report.name }));
  writeWhole(path, `${JSON.stringify(saved, null, 2)}\n`);
  return saved;
}

function sourceOf({ chosen, description, saes }: TrainedProbe): SavedSource {
  const { source } = chosen!.cell.planned.reading;
  if (source.kind !== "latents") return source;
  const { sha256, hook } = saes[source.sae];
  return { kind: "latents", sae: description.saes[source.sae].id, sha256, hook };
}
