import { basename } from "node:path";
import type { Fit, FitState } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import { probeTensorsPath, type RunnableProbe, savedProbeSchema } from "../../protocol/probe-file.ts";
import { EngineError } from "../errors.ts";
import { fingerprint } from "../files/fingerprint.ts";
import { isObject, readJsonObject } from "../files/json.ts";
import { readF32, readHeader } from "../weights/safetensors.ts";

const blame = {
  code: "probe-file-invalid",
  subject: "probe" as const,
  remedy: "Train the probe again, or take it out of those that are enabled.",
};

/** A trained probe, ready to read. */
export interface OpenedProbe {
  path: string;
  /** Changes with the files: the JSON is written last, so it changes whenever the tensors do. */
  print: string;
  probe: RunnableProbe;
  fit: Fit;
}

/**
 * Reads a trained probe. @param path `NAME.probe.json`
 * @throws EngineError `probe-file-invalid`, and what safetensors files are refused for
 */
export function openProbe(path: string): OpenedProbe {
  const print = fingerprint(path);
  const json = readJsonObject(path, blame);
  if (json.schema !== savedProbeSchema)
    throw invalid(
      path,
      `is not a probe that this version can read (its schema is ${json.schema ?? "not named"})`,
    );
  if (!isObject(json.reads) || !isObject(json.model) || !isObject(json.target) || !isObject(json.fit))
    throw invalid(path, "lacks parts that a trained probe has");
  const probe = json as unknown as RunnableProbe;
  const tensors: FitState["tensors"] = Object.fromEntries(
    [...readHeader(probeTensorsPath(path), "probe").tensors].map(([name, ref]) => [
      name,
      { shape: ref.shape, values: readF32(ref) },
    ]),
  );
  try {
    const kind = kindOf(probe.fit.kind as FitState["kind"]);
    const fit = kind.restore({ kind: kind.id, tensors, settings: probe.fit.settings });
    return { path, print, probe, fit };
  } catch (error) {
    if (error instanceof RangeError)
      throw invalid(path, `does not fit its tensors: ${error.message.replace(/\.$/, "")}`);
    throw error;
  }
}

function invalid(path: string, what: string): EngineError {
  return new EngineError({ ...blame, message: `The probe ${basename(path)} ${what}.`, path });
}

/** Probes that were opened, as long as their files stay as they are. */
export class ProbeShelf {
  readonly #opened = new Map<string, OpenedProbe>();

  /** @throws EngineError as {@link openProbe} */
  get(path: string): OpenedProbe {
    const known = this.#opened.get(path);
    if (known && known.print === fingerprint(path)) return known;
    const opened = openProbe(path);
    this.#opened.set(path, opened);
    return opened;
  }
}
