/** One text of a corpus, before it is cut into pieces. */
export interface CorpusText {
  /** File and record as people are shown it, e.g. `stories.jsonl:17`. */
  source: string;
  /** Messages of a prompt file, or one without a role; places are UTF-16 offsets in `text`. */
  text: string;
  /** Where `text` begins in the record; more than 0 for a later part of a file that is read in parts. */
  offset: number;
  /** Set for a prompt file: what the model sees, and how it maps to `text`. */
  prompt?: import("../../analysis/prompts/index.ts").PromptFile;
}

/** A file of a corpus. */
export interface CorpusFile {
  path: string;
  /** Name relative to what the user named, without the machine's own folders. */
  name: string;
  bytes: number;
  kind: "text" | "prompt" | "jsonl" | "csv" | "parquet";
}

/** Reads one file; tells of bytes read so far, for the progress. */
export type CorpusReader = (
  file: CorpusFile,
  field: string,
  onBytes: (bytes: number) => void,
) => AsyncGenerator<CorpusText>;

/** A record of a file of records. */
export interface CorpusRecord {
  /** From 1: the line of a JSONL file, the record of a CSV file. */
  number: number;
  /** Its place as people are shown it. */
  where: string;
  record: object;
}

/** Reads the records of one file; tells of bytes read so far. */
export type RecordReader = (
  file: CorpusFile,
  onBytes: (bytes: number) => void,
) => AsyncGenerator<CorpusRecord>;
