import { readFile } from "node:fs/promises";
import { URI } from "vscode-uri";
import { ProblemError } from "../../host/problem-error.ts";
import type { Session } from "../session.ts";

/** A recipe's text, as it is in the editor or else on the disk; null where there is none. @throws ProblemError */
export async function recipeText(session: Session, path: string): Promise<string | null> {
  const open = session.recipes.text(URI.file(path).toString());
  if (open) return open.getText();
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new ProblemError({
      code: "recipe-unreadable",
      message: `The recipe ${path} cannot be read: ${message}.`,
      remedy: "Name another one in the prompt.",
      subject: "recipe",
      path,
    });
  }
}
