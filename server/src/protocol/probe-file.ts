/**
 * A trained probe on disk: `NAME.probe.json`, which is a {@link SavedProbe}, and `NAME.probe.safetensors` beside it with the
 * tensors of its fit.
 */
import type { ProbeReport } from "./probe-report.ts";
import type { ProbePosition } from "./probes.ts";

export const savedProbeSchema = "steerscope.probe/1";
export const savedProbeEnding = ".probe.json";

/** The file of tensors that belongs to a `NAME.probe.json`. */
export const probeTensorsPath = (path: string) =>
  `${path.slice(0, -savedProbeEnding.length)}.probe.safetensors`;

/** Where a trained probe reads. SAEs are named by their content. `text`: the text itself, and nothing of the model. */
export type SavedSource =
  | { kind: "hook"; hook: string }
  | { kind: "latents"; sae: string; sha256: string; hook: string }
  | { kind: "attention"; of?: "statistics" }
  | { kind: "text" };

/** What an engine needs of a probe, besides its tensors, to run it. */
export interface RunnableProbe {
  schema: typeof savedProbeSchema;
  name: string;
  /** Hash of the model's files; another model's activations mean nothing to it. */
  model: { id: string; sha256: string; dModel: number };
  reads: {
    source: SavedSource;
    position: ProbePosition;
    level: "text" | "span" | "token";
    /** `user`: texts went through the chat template as a user's message. */
    readAs: "text" | "user";
    /** Numbers in a row. */
    width: number;
  };
  target: { type: "classes" | "ordered" | "number"; names: string[] };
  fit: { kind: string; settings: Record<string, unknown> };
}

/** How a trained probe speaks up in the editor. */
export interface ProbeEditor {
  /** Score from which it does: a probability, or of a number the number itself; null: 0.5, and never for a number. */
  threshold: number | null;
  severity: "error" | "warning" | "information" | "hint";
  /** What it says in the place of its own words. */
  message: string | null;
  /** Of more than two classes those that it says nothing of; absent: those called “none” or the like, of an order the least. */
  silent?: string[] | null;
}

/** What a `NAME.probe.json` holds. */
export interface SavedProbe extends RunnableProbe {
  editor: ProbeEditor;
  report: ProbeReport;
}

/** What one probe says of a document. */
export interface ProbeScores {
  /** The probe's file. */
  path: string;
  /** How many numbers it gives: a probability for each class, or one number. */
  outputs: number;
  /** `[T × outputs]` of a probe for tokens, NaN where it says nothing; null of others. */
  tokens: Float32Array | null;
  /** Sentences and what it says of each; none of a probe for tokens. */
  stretches: ProbeStretches;
}

export interface ProbeStretches {
  /** `[n]` message, and UTF-16 offsets in its text. */
  message: Int32Array;
  start: Int32Array;
  end: Int32Array;
  /** `[n × outputs]` */
  scores: Float32Array;
  /** `[n]` 1 where a probe that may abstain does: more than one class, or none, cannot be ruled out. */
  abstains: Uint8Array;
}
