import { CancelledError } from "../../host/problem-error.ts";
import type { Description } from "../../protocol/engine.ts";
import type { ExplorerRow } from "../../protocol/explore.ts";
import type { AutomaticLabels } from "../automatic-labels.ts";
import { Catalogue, type OwnLabels } from "./catalogue.ts";
import { type CompleteQuery, type Found, list } from "./list.ts";
import type { StoredFigures } from "./search.ts";

/** An ordered list of latents, of which parts are handed out. */
export interface FeatureList {
  latents: Int32Array;
  found: Pick<Found, "contrast" | "like" | "alike" | "meaning">;
  notes: string[];
}

/** Lists kept for each set-up: a view pages through one, and goes back to the one before. */
const KEPT_LISTS = 6;

/** Remembers what lists of latents were made of, so that scrolling through one makes it only once. */
export class Explorer {
  private readonly catalogues = new WeakMap<Description, { own: OwnLabels; catalogue: Catalogue }>();
  private readonly lists = new WeakMap<Catalogue, Map<string, Promise<FeatureList>>>();
  private readonly identities = new WeakMap<object, number>();
  private named = 0;

  /**
   * @param own the same object while the user's labels are the same
   * @param stored what a store knows of each SAE, the same objects while the stores are the same
   * @param automatic labels made automatically, of each SAE, the same objects while their files are the same
   */
  catalogue(
    description: Description,
    own: OwnLabels,
    stored: readonly (StoredFigures | null)[] = [],
    automatic: readonly (AutomaticLabels | null)[] = [],
  ): Catalogue {
    const known = this.catalogues.get(description);
    const isSame =
      known?.own === own &&
      description.saes.every(
        (_, s) => known.catalogue.stored[s] === stored[s] && known.catalogue.automatic[s] === automatic[s],
      );
    if (known && isSame) return known.catalogue;
    const catalogue = new Catalogue(description, own, stored, automatic);
    this.catalogues.set(description, { own, catalogue });
    return catalogue;
  }

  /** A number of its own for an object: versions of documents begin anew when they are opened again. */
  identity(it: object): number {
    const known = this.identities.get(it);
    if (known !== undefined) return known;
    this.identities.set(it, ++this.named);
    return this.named;
  }

  /**
   * The list for a query; asked for again while it is made it is made once.
   * @param state names all else that it depends on, e.g. the analysis of a document
   * @param find looks up what is not in the catalogue
   */
  async list(
    catalogue: Catalogue,
    query: CompleteQuery,
    state: string,
    find: () => Promise<Found & { notes: string[] }>,
  ): Promise<FeatureList> {
    const own = this.lists.get(catalogue) ?? new Map<string, Promise<FeatureList>>();
    this.lists.set(catalogue, own);
    const key = JSON.stringify([state, query]);
    for (;;) {
      const known = own.get(key);
      if (!known) break;
      try {
        return await known;
      } catch (error) {
        // Whoever asked first gave up; this one did not.
        if (!(error instanceof CancelledError)) throw error;
      }
    }
    const made = makeList(catalogue, query, find);
    own.set(key, made);
    if (own.size > KEPT_LISTS) own.delete(own.keys().next().value!);
    try {
      return await made;
    } catch (error) {
      if (own.get(key) === made) own.delete(key);
      throw error;
    }
  }
}

async function makeList(
  catalogue: Catalogue,
  query: CompleteQuery,
  find: () => Promise<Found & { notes: string[] }>,
): Promise<FeatureList> {
  const found = await find();
  const { contrast, like, alike, meaning, notes } = found;
  return { latents: list(catalogue, query, found), found: { contrast, like, alike, meaning }, notes };
}

/** Rows of a part of a list. */
export function rowsOf(
  catalogue: Catalogue,
  { latents, found }: FeatureList,
  offset: number,
  count: number,
): ExplorerRow[] {
  return Array.from(latents.subarray(offset, offset + count), (latent) => {
    const contrast = found.contrast?.get(latent);
    return {
      ...catalogue.summary(latent),
      contrast: contrast ? { on: contrast.on, against: contrast.against } : null,
      like: found.like?.get(latent)?.activations ?? null,
      distance: found.alike?.get(latent) ?? null,
      cosine: found.meaning?.get(latent) ?? null,
    };
  });
}
