import type { Description } from "../../protocol/engine.ts";
import type { ExplorerRow } from "../../protocol/explore.ts";
import { Catalogue, type OwnLabels } from "./catalogue.ts";
import { type CompleteQuery, type Found, list } from "./list.ts";
import type { StoredFigures } from "./search.ts";

/** An ordered list of latents, of which parts are handed out. */
export interface FeatureList {
  latents: Int32Array;
  contrast: Found["contrast"];
  notes: string[];
}

/** Lists kept for each set-up: a view pages through one, and goes back to the one before. */
const KEPT_LISTS = 6;

/** Remembers what lists of latents were made of, so that scrolling through one makes it only once. */
export class Explorer {
  private readonly catalogues = new WeakMap<Description, { own: OwnLabels; catalogue: Catalogue }>();
  private readonly lists = new WeakMap<Catalogue, Map<string, FeatureList>>();

  /**
   * @param own the same object while the user's labels are the same
   * @param stored what a store knows of each SAE, the same objects while the stores are the same
   */
  catalogue(
    description: Description,
    own: OwnLabels,
    stored: readonly (StoredFigures | null)[] = [],
  ): Catalogue {
    const known = this.catalogues.get(description);
    const isSame =
      known?.own === own && description.saes.every((_, s) => known.catalogue.stored[s] === stored[s]);
    if (known && isSame) return known.catalogue;
    const catalogue = new Catalogue(description, own, stored);
    this.catalogues.set(description, { own, catalogue });
    return catalogue;
  }

  /**
   * The list for a query.
   * @param state names all else that it depends on, e.g. the version of a document
   * @param find looks up what is not in the catalogue
   */
  async list(
    catalogue: Catalogue,
    query: CompleteQuery,
    state: string,
    find: () => Promise<Found & { notes: string[] }>,
  ): Promise<FeatureList> {
    const own = this.lists.get(catalogue) ?? new Map<string, FeatureList>();
    this.lists.set(catalogue, own);
    const key = JSON.stringify([state, query]);
    const known = own.get(key);
    if (known) return known;
    const found = await find();
    const made = { latents: list(catalogue, query, found), contrast: found.contrast, notes: found.notes };
    own.set(key, made);
    if (own.size > KEPT_LISTS) own.delete(own.keys().next().value!);
    return made;
  }
}

/** Rows of a part of a list. */
export function rowsOf(
  catalogue: Catalogue,
  { latents, contrast }: FeatureList,
  offset: number,
  count: number,
): ExplorerRow[] {
  return Array.from(latents.subarray(offset, offset + count), (latent) => {
    const value = contrast?.get(latent);
    return {
      ...catalogue.summary(latent),
      contrast: value ? { on: value.on, against: value.against } : null,
    };
  });
}
