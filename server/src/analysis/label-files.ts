import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ProblemError } from "../host/problem-error.ts";
import { LABEL_FILE } from "../protocol/feature.ts";
import { type LabelPlace, readUserLabel, readUserLabels, withUserLabel } from "./user-labels.ts";

/** Far beyond what people write by hand. */
const LARGEST = 4_000_000;

/** The label files of workspace folders. Read anew each time: they are edited by hand, and merged. */
export class LabelFiles {
  private last: Promise<unknown> = Promise.resolve();
  private readonly known = new Map<string, { text: string; labels: ReturnType<typeof readUserLabels> }>();

  /** @throws ProblemError for a file that cannot be read as labels. */
  async read(folder: string, place: LabelPlace): Promise<ReturnType<typeof readUserLabel>> {
    const file = join(folder, LABEL_FILE);
    const text = await textOf(file);
    return text === "" ? null : understood(file, () => readUserLabel(text, place));
  }

  /**
   * All labels of one model, by SAE and feature: the same object as before while the file's text is the same.
   * @throws ProblemError for a file that cannot be read as labels.
   */
  async readAll(folder: string, model: string): Promise<ReturnType<typeof readUserLabels>> {
    const file = join(folder, LABEL_FILE);
    const text = await textOf(file);
    const key = JSON.stringify([file, model]);
    const known = this.known.get(key);
    if (known?.text === text) return known.labels;
    const labels = text === "" ? new Map() : understood(file, () => readUserLabels(text, model));
    this.known.set(key, { text, labels });
    return labels;
  }

  /**
   * Sets a label, or takes it away where it is empty. One write follows the other, so that none is lost.
   * @returns the file's path
   * @throws ProblemError for a file that cannot be read as labels: it is left as it is.
   */
  write(folder: string, place: LabelPlace, label: string): Promise<string> {
    const own = this.last.then(async () => {
      const file = join(folder, LABEL_FILE);
      const before = await textOf(file);
      const text = understood(file, () => withUserLabel(before, place, label));
      await mkdir(dirname(file), { recursive: true });
      // Whole or not at all, and never through a link that lies there to another file.
      const fresh = `${file}.${randomUUID()}`;
      await writeFile(fresh, text, { flag: "wx" });
      await rename(fresh, file);
      return file;
    });
    this.last = own.catch(() => {});
    return own;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > LARGEST) throw unusable(file, "It is too large");
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

function understood<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unusable(file, (error as Error).message);
  }
}

function unusable(file: string, why: string): ProblemError {
  return new ProblemError({
    code: "labels-unreadable",
    message: `The labels in ${file} cannot be read: ${why}.`,
    remedy: "Correct the file, or move it away.",
    subject: "sae",
    path: file,
  });
}
