import { TensorFile } from "../../files/tensor-file.ts";
import type { Fit, FitState } from "../../learn/kind.ts";
import { kindOf } from "../../learn/kinds/index.ts";
import { probeTensorsPath, type SavedProbe } from "../../protocol/probe-file.ts";
import { probeProblem } from "../problems.ts";
import { readSavedProbe } from "./read.ts";

/** A trained probe with what it learnt. */
export interface RestoredProbe {
  path: string;
  saved: SavedProbe;
  fit: Fit;
}

/**
 * Reads a trained probe and its tensors.
 * @param path `NAME.probe.json`
 * @throws ProblemError `probe-not-trained`, `probe-file-invalid`
 */
export function restoreProbe(path: string): RestoredProbe {
  const saved = readSavedProbe(path);
  const tensors = readTensors(probeTensorsPath(path));
  try {
    const kind = kindOf(saved.fit.kind as FitState["kind"]);
    return { path, saved, fit: kind.restore({ kind: kind.id, tensors, settings: saved.fit.settings }) };
  } catch (error) {
    if (error instanceof RangeError)
      throw invalid(path, `does not fit its tensors: ${error.message.replace(/\.$/, "")}`);
    throw error;
  }
}

function readTensors(path: string): FitState["tensors"] {
  let file: TensorFile;
  try {
    file = TensorFile.open(path, invalid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw invalid(path, `cannot be read: ${(error as Error).message}`);
  }
  try {
    return Object.fromEntries(
      file.names().map((name) => {
        const shape = file.shape(name)!;
        const size = shape.reduce((a, b) => a * b, 1);
        return [name, { shape, values: file.f32(name, 0, size) }];
      }),
    );
  } finally {
    file.close();
  }
}

const invalid = (path: string, what: string) =>
  probeProblem("probe-file-invalid", `${path} ${what}.`, "Train the probe again.", path);
