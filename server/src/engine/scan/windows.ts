import type { ScanDocument } from "../../protocol/scan.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";

/** A stretch of a document that the model reads at once. */
export interface Window {
  document: number;
  /** Place of its first token among the document's. */
  first: number;
  ids: Int32Array;
  /** Place of each token in the document's messages, −1 for a virtual one. */
  message: Int32Array;
  start: Int32Array;
  end: Int32Array;
}

/**
 * Cuts a document into windows of `context` tokens. Where the set-up puts a start token before a text, each window begins
 * with one, as in training.
 */
export function windowsOf(setup: LoadedSetup, { number, messages }: ScanDocument, context: number): Window[] {
  const { ids, spans } = setup.encode(messages, Number.POSITIVE_INFINITY);
  const size = Math.min(context, setup.model.config.contextLength);
  const virtual = ids.length > 0 && spans.message[0] < 0 && spans.special[0] === 1;
  const plain = messages.every(({ role }) => role === null);
  // A chat's opening tokens belong to its template and are not said twice.
  const repeated = virtual && plain ? 1 : 0;
  const windows: Window[] = [];
  for (let from = 0; from < ids.length; ) {
    const lead = from > 0 ? repeated : 0;
    const to = Math.min(ids.length, from + size - lead);
    const cut = (array: Int32Array) => {
      const part = new Int32Array(lead + to - from);
      part.set(array.subarray(0, lead));
      part.set(array.subarray(from, to), lead);
      return part;
    };
    windows.push({
      document: number,
      first: from - lead,
      ids: cut(ids),
      message: cut(spans.message),
      start: cut(spans.start),
      end: cut(spans.end),
    });
    from = to;
  }
  return windows;
}

/** The first `length` tokens of a window. */
export function shortened(window: Window, length: number): Window {
  const cut = (array: Int32Array) => array.subarray(0, length);
  const { document, first, ids, message, start, end } = window;
  return { document, first, ids: cut(ids), message: cut(message), start: cut(start), end: cut(end) };
}
