import { URI } from "vscode-uri";
import { findProbes, probesNamed } from "../../probes/saved/named.ts";
import { SavedProbes } from "../../probes/saved/shelf.ts";
import type { SettingsStore } from "../settings.ts";
import { pathOf, type WorkspaceFolders } from "../workspace-folders.ts";

interface Surroundings {
  settings: SettingsStore;
  folders: WorkspaceFolders;
  trusted: boolean;
}

/** Trained probes of the workspace. Folders are looked through once, until something changes in them. */
export class TrainedProbes {
  readonly saved = new SavedProbes();
  readonly #surroundings: Surroundings;
  readonly #found = new Map<string, Promise<string[]>>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Files of the probes that the settings of a document name. An untrusted workspace has none: what it brings is not loaded.
   * @param uri empty: what the settings say where no document is meant
   */
  enabledFor(uri: string): Promise<string[]> {
    const { folders } = this.#surroundings;
    return this.#named(uri, folders.of(uri ? pathOf(uri) : null) ?? folders.of(null));
  }

  /** Files of the workspace's trained probes, with the folder that each was found in, and whether it is enabled there. */
  async all(): Promise<{ path: string; folder: string | null; enabled: boolean }[]> {
    const { folders, trusted } = this.#surroundings;
    const known = new Map<string, { path: string; folder: string | null; enabled: boolean }>();
    for (const folder of folders.isEmpty ? [null] : folders.all) {
      const enabled = await this.#named(folder === null ? "" : URI.file(folder).toString(), folder);
      const found = folder === null || !trusted ? [] : await this.#in(folder);
      for (const path of new Set([...found, ...enabled])) {
        const is = enabled.includes(path);
        const before = known.get(path);
        if (!before || (is && !before.enabled)) known.set(path, { path, folder, enabled: is });
      }
    }
    return [...known.values()].sort((a, b) => a.path.localeCompare(b.path));
  }

  /** Files came, went or changed, or folders did. */
  changed(): void {
    this.#found.clear();
  }

  async #named(uri: string, folder: string | null): Promise<string[]> {
    const { settings, trusted } = this.#surroundings;
    if (!trusted) return [];
    const { probes } = (await settings.get(uri)).settings;
    return probesNamed(probes, folder, (it) => this.#in(it));
  }

  #in(folder: string): Promise<string[]> {
    const found = this.#found.get(folder) ?? findProbes(folder);
    this.#found.set(folder, found);
    return found;
  }
}
