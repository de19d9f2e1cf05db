import type { MessageInput } from "../../protocol/engine.ts";
import { readCsv } from "./csv.ts";
import { readJsonl } from "./jsonl.ts";
import { readParquet } from "./parquet.ts";
import { readPromptFile, readText } from "./text.ts";
import type { CorpusFile, CorpusReader, CorpusText } from "./types.ts";

const readers: Record<CorpusFile["kind"], CorpusReader> = {
  text: readText,
  prompt: readPromptFile,
  jsonl: readJsonl,
  csv: readCsv,
  parquet: readParquet,
};

/** A text of a corpus as it goes to the engine. */
export interface CorpusDocument {
  number: number;
  source: string;
  offset: number;
  messages: MessageInput[];
  prompt?: CorpusText["prompt"];
}

/** Documents that are scanned as one unit. */
export interface Shard {
  id: number;
  documents: CorpusDocument[];
  /** Bytes of the corpus up to its end. */
  bytes: number;
}

/** UTF-16 units of a shard: some 16,000 tokens, seconds of work; and of the longest document. */
const shardLength = 65_536;
const pieceLength = 32_768;

/**
 * The corpus as shards. What a shard holds depends on the files and the field alone; texts that are too long for a shard
 * are cut, at white space where there is some.
 * @throws ProblemError `corpus-record-invalid` with file and line
 */
export async function* shardsOf(files: readonly CorpusFile[], field: string): AsyncGenerator<Shard> {
  let shard: Shard = { id: 0, documents: [], bytes: 0 };
  let length = 0;
  let number = 0;
  let before = 0;
  for (const file of files) {
    let read = 0;
    const onBytes = (bytes: number) => {
      read = bytes;
    };
    for await (const text of readers[file.kind](file, field, onBytes)) {
      for (const document of documentsOf(text)) {
        const size = document.messages.reduce((sum, message) => sum + message.text.length, 0);
        if (length > 0 && length + size > shardLength) {
          yield shard;
          shard = { id: shard.id + 1, documents: [], bytes: 0 };
          length = 0;
        }
        shard.documents.push({ ...document, number: number++ });
        shard.bytes = before + read;
        length += size;
      }
    }
    before += file.bytes;
  }
  if (shard.documents.length > 0) yield { ...shard, bytes: before };
}

function* documentsOf({
  source,
  text,
  offset,
  prompt,
}: CorpusText): Generator<Omit<CorpusDocument, "number">> {
  if (prompt) {
    const messages = prompt.messages.map(({ role, text }) => ({ role, text }));
    if (messages.length > 0) yield { source, offset, messages, prompt };
    return;
  }
  for (let from = 0; from < text.length; ) {
    const to = cutAfter(text, from);
    const piece = text.slice(from, to);
    if (piece.trim() !== "") yield { source, offset: offset + from, messages: [{ role: null, text: piece }] };
    from = to;
  }
}

/** End of the piece that begins at `from`: behind the last line break or space that fits, never inside a character. */
function cutAfter(text: string, from: number): number {
  const end = from + pieceLength;
  if (end >= text.length) return text.length;
  for (const mark of ["\n", " "]) {
    const at = text.lastIndexOf(mark, end - 1);
    if (at > from + pieceLength / 2) return at + 1;
  }
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? end - 1 : end;
}
