import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { located } from "../analysis/setup.ts";
import { ProblemError } from "../host/problem-error.ts";

/** A prompt file with the set-up the command line names for it. */
export interface PromptSource {
  /** As the user wrote it. */
  fileName: string;
  path: string;
  text: string;
  override: { model?: string; saes?: string[] };
}

/** Reads a file as an editor would: UTF-8, without a byte order mark. */
export async function readPrompt(
  fileName: string,
  options: { model?: string; sae?: string[] },
): Promise<PromptSource> {
  const path = resolve(fileName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ProblemError({
      code: "file-unreadable",
      message:
        code === "ENOENT" ? `There is no file ${fileName}.` : `${fileName} cannot be read: ${message}.`,
      remedy: "Give the path of a prompt file.",
      subject: "prompt",
    });
  }
  const here = process.cwd();
  return {
    fileName,
    path,
    text: text.replace(/^\uFEFF/, ""),
    override: {
      model: options.model === undefined ? undefined : located(options.model, here),
      saes: options.sae?.map((sae) => located(sae, here)),
    },
  };
}
