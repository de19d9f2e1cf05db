import type { Position } from "../protocol/inspect.ts";
import { inspectHere } from "./inspect-here.ts";
import { inspectThroughServer } from "./inspect-through-server.ts";
import { readPrompt } from "./prompt-source.ts";
import { header, nextLine, table, tokenDetail } from "./table.ts";
import { tokensAt } from "./tokens-at.ts";

export interface InspectOptions {
  model?: string;
  sae?: string[];
  top?: number;
  at?: Position;
  json?: boolean;
  throughServer?: boolean;
}

/** Features of each SAE on a token, unless `--top` says otherwise: in JSON, in the table's rows, for one token. */
const top = { json: 8, table: 3, token: 16 } as const;

/** `steerscope inspect FILE`. */
export async function inspectCommand(fileName: string, options: InspectOptions): Promise<void> {
  const source = await readPrompt(fileName, options);
  const form = options.json ? "json" : options.at ? "token" : "table";
  const wishes = { topK: options.top ?? top[form], ranked: !options.json, guesses: options.at !== undefined };
  const { result, remarks } = options.throughServer
    ? await inspectThroughServer(source, wishes)
    : await inspectHere(source, wishes);
  for (const remark of remarks) console.error(`${fileName}:${remark}`);
  const chosen = options.at ? { ...result, tokens: tokensAt(result, options.at) } : result;
  if (options.json) console.log(JSON.stringify(chosen, null, 2));
  else if (options.at) {
    console.log([header(result), ...chosen.tokens.map((token) => tokenDetail(result, token))].join("\n\n"));
  } else {
    const parts = [header(result), table(result), nextLine(result)];
    console.log(parts.filter((part) => part !== null).join("\n\n"));
  }
}
