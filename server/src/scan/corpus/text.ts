import { createReadStream, readFileSync } from "node:fs";
import { parsePrompt } from "../../analysis/prompts/index.ts";
import type { CorpusReader } from "./types.ts";

/** UTF-16 units after which a text is cut at the next line break, so that a file of any size can be read. */
const partLength = 2 ** 20;

/** Plain text: a file is one record, and a large one comes in parts. */
export const readText: CorpusReader = async function* (file, _field, onBytes) {
  const stream = createReadStream(file.path, { encoding: "utf8", highWaterMark: 2 ** 18 });
  let rest = "";
  let offset = 0;
  let bytes = 0;
  for await (const chunk of stream) {
    rest += chunk;
    if (offset === 0) rest = rest.replace(/^\uFEFF/, "");
    const cut = rest.length < partLength ? 0 : rest.lastIndexOf("\n") + 1;
    if (cut === 0) continue;
    bytes += Buffer.byteLength(rest.slice(0, cut));
    onBytes(bytes);
    yield { source: file.name, text: rest.slice(0, cut), offset };
    offset += cut;
    rest = rest.slice(cut);
  }
  onBytes(file.bytes);
  yield { source: file.name, text: rest, offset };
};

/** A prompt file: its messages, written out by the model's chat template. */
export const readPromptFile: CorpusReader = async function* (file, _field, onBytes) {
  const text = readFileSync(file.path, "utf8").replace(/^\uFEFF/, "");
  onBytes(file.bytes);
  yield { source: file.name, text, offset: 0, prompt: parsePrompt(text, file.name) };
};
