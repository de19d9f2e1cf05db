import { dirname, resolve } from "node:path";
import type { CancellationToken } from "vscode-jsonrpc/node";
import { prepare } from "../analysis/prepare.ts";
import type { EngineHost } from "../host/engine-host.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { prepareSubject } from "../steering/compare/prepare-subject.ts";
import type { Subject } from "../steering/compare/subject.ts";
import { remark } from "./analyse-here.ts";
import { commandSurrounding } from "./command-surrounding.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";
import { readPrompt } from "./prompt-source.ts";

export interface SubjectOptions {
  model?: string;
  sae?: string[];
  /** Recipes; those that the prompt names where none is given. */
  steer?: string[];
}

/**
 * Lends an engine, a prompt and its recipes to a piece of work, which Ctrl-C cancels.
 * @throws ProblemError, CancelledError
 */
export async function withSubject(
  fileName: string,
  options: SubjectOptions,
  work: (subject: Subject, host: EngineHost, token: CancellationToken) => Promise<void>,
): Promise<void> {
  const { path, text, override } = await readPrompt(fileName, options);
  const prepared = prepare({
    ...{ key: path, fileName, text, file: path, folder: process.cwd(), settings: defaultSettings },
    override,
    trusted: true,
  });
  for (const { start, severity, message, remedy } of prepared.problems) {
    const { line, character } = prepared.lines.position(start);
    console.error(`${fileName}:${remark(line, character, severity, `${message} ${remedy}`)}`);
  }
  const named = prepared.prompt.steerscope.steer?.map(({ value }) => resolve(dirname(path), value)) ?? [];
  const recipes = options.steer?.map((it) => resolve(it)) ?? named;
  await interruptible((token) =>
    withEngine(async (host) => {
      const files = recipes.map((it) => ({ path: it, text: null }));
      await work(await prepareSubject(prepared, files, commandSurrounding(host), token), host, token);
    }),
  );
}
