import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Folders looked into, and files given, at most: a workspace may be as large as a disk. */
const mostFolders = 500;
const mostFiles = 100;

/**
 * Files below a folder by what their names tell, breadth first; hidden folders and those of packages are passed over, and so are
 * folders that cannot be read.
 */
export async function filesBelow(root: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let i = 0; i < folders.length && i < mostFolders && found.length < mostFiles; i++) {
    const entries = await readdir(folders[i], { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folders[i], entry.name);
      if (entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name)) folders.push(path);
      else if (entry.isFile() && isWanted(entry.name)) found.push(path);
    }
  }
  return found.slice(0, mostFiles);
}
