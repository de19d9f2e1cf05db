import { type Stats, statSync } from "node:fs";

/** Inode, size and time of change of an open or named file: equal as long as nobody replaced it. */
export const fingerprintOf = ({ ino, size, mtimeMs }: Stats) => `${ino}:${size}:${mtimeMs}`;

/** {@link fingerprintOf} the file that stands at `path` now; `gone` where there is none. */
export function fingerprint(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? fingerprintOf(stats) : "gone";
}

/** The fingerprints of several files as one. */
export const fingerprints = (paths: string[]) => paths.map(fingerprint).join("|");
