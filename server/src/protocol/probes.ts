/**
 * What crosses to the engine for probes: texts whose activations are to be kept, and probes that read documents.
 * Activations stay in files between the two processes; only their places cross.
 */
import type { MessageInput, Setup } from "./engine.ts";

/**
 * What a probe reads of a text. `last`: the last token of the span, or of all that the model is given; `mean` and `max`: over
 * the span's tokens (or the text's own), without the text's first token and those of massive activation; `all`: each of the
 * span's tokens but the text's first.
 */
export type ProbePosition = "last" | "mean" | "max" | "all";

/**
 * Where a probe reads: a residual hook point, the latents of an SAE of the set-up, or the attention of all heads: how much goes to the
 * text's tokens, or (`statistics`) where it goes.
 */
export type ProbeSource =
  | { kind: "hook"; hook: string }
  | { kind: "latents"; sae: number }
  | { kind: "attention"; of?: "statistics" };

/** A text, and the part of it that is meant. */
export interface ProbeText {
  messages: MessageInput[];
  /** UTF-16 offsets in the text of a message; null: all of it. */
  span: { message: number; start: number; end: number } | null;
}

/** What is to be kept of each text. */
export interface ProbeReading {
  source: ProbeSource;
  position: ProbePosition;
}

/** `engine/collect`: activations on some texts, written to a file. */
export interface CollectParams extends Setup {
  texts: ProbeText[];
  /** Each text's name in the file. */
  keys: string[];
  readings: ProbeReading[];
  /** The file; its folder is made where there is none. */
  path: string;
}

/**
 * What was written. Tensors are named by {@link readingName}; those of a reading of all tokens have a row a token, by
 * {@link startsName}. {@link lastIdsName} has the id of each text's last token, {@link placesName} of all tokens that `all` reads.
 */
export interface Collected {
  setupId: string;
  path: string;
  /** Tokens that the model read. */
  tokens: number;
  /** Texts (by their place among those asked for) that the file does not have, and why. */
  left: { text: number; why: "too-long" | "no-token" | "not-finite" }[];
}

/**
 * The name of what was read, in files of activations.
 * @param saes the set-up's SAEs, by the hash of their content
 */
export function readingName(
  { source, position }: ProbeReading,
  saes: readonly { sha256: string; hook: string }[],
): string {
  const of =
    source.kind === "hook"
      ? source.hook
      : source.kind === "latents"
        ? `latents ${saes[source.sae].sha256.slice(0, 16)}@${saes[source.sae].hook}`
        : source.of
          ? `attention ${source.of}`
          : "attention";
  return `${of} ${position}`;
}

/** The name of the tensor that says where each text's rows begin, for readings of all tokens: `[texts + 1]`. */
export const startsName = (reading: string) => `${reading} starts`;

/** `[texts, 1]` the id of the token that `last` reads. */
export const lastIdsName = "last ids";

/** `[rows, 3]` of the tokens that `all` reads: UTF-16 offsets in their message's text, and id. */
export const placesName = "all places";

/** The text of a file of activations that lists its texts' names, as JSON. */
export const keysName = "steerscope.keys";
