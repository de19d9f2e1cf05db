import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ProblemError } from "../host/problem-error.ts";
import { LABEL_FILE, type LabelEvidence } from "../protocol/feature.ts";
import { type LabelPlace, readUserLabels, type UserLabels, withUserLabel } from "./user-labels.ts";

/** Bytes; far beyond what people write by hand. */
const LARGEST = 4_000_000;
/** Someone else may save the file while it is written; more often than this in a row is not chance. */
const TRIES = 5;

/** The label files of workspace folders. Read anew each time: they are edited by hand, and merged. */
export class LabelFiles {
  private last: Promise<unknown> = Promise.resolve();
  private readonly known = new Map<string, { text: string; labels: UserLabels }>();

  /**
   * The label of one latent; null where there is none.
   * @throws ProblemError for a file that cannot be read as labels.
   */
  async read(folder: string, { model, sae, feature }: LabelPlace): Promise<LabelEvidence | null> {
    return (await this.readAll(folder, model)).get(sae)?.get(feature) ?? null;
  }

  /**
   * All labels of one model, by SAE and feature: the same object as before while the file's text is the same.
   * @throws ProblemError for a file that cannot be read as labels.
   */
  async readAll(folder: string, model: string): Promise<UserLabels> {
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
   * @returns the file's path; where nothing changes it is not written, and may not be there
   * @throws ProblemError for a file that cannot be read as labels: it is left as it is.
   */
  write(folder: string, place: LabelPlace, label: string): Promise<string> {
    const own = this.last.then(async () => {
      const file = join(folder, LABEL_FILE);
      for (let attempt = 0; attempt < TRIES; attempt++) {
        const before = await textOf(file);
        const text = understood(file, () => withUserLabel(before, place, label));
        if (text === before || (await replaced(file, before, text))) return file;
      }
      throw unusable(file, "Something else keeps changing it");
    });
    this.last = own.catch(() => {});
    return own;
  }
}

/** Writes a file whole or not at all, and never through a link that lies there; false where it no longer holds `before`. */
async function replaced(file: string, before: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${randomUUID()}`;
  try {
    await writeFile(fresh, text, { flag: "wx" });
    // An editor or a merge may have saved it meanwhile.
    if ((await textOf(file)) !== before) return false;
    await rename(fresh, file);
    return true;
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The text of a file, empty where there is none. What lies there may be anything: a workspace comes from anywhere. */
async function textOf(file: string): Promise<string> {
  try {
    // Opening a pipe would wait for somebody to write into it.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      if (!(await handle.stat()).isFile()) throw unusable(file, "It is not a file");
      return await textIn(handle, file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** Reads no more than is allowed, whatever size the file claims to have. */
async function textIn(handle: Awaited<ReturnType<typeof open>>, file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, null);
    if (bytesRead === 0) return Buffer.concat(chunks).toString("utf8");
    size += bytesRead;
    if (size > LARGEST) throw unusable(file, "It is too large");
    chunks.push(buffer.subarray(0, bytesRead));
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
