import type { PreparedDocument } from "../analysis/document.ts";
import type { Catalogue } from "../analysis/explore/catalogue.ts";
import type { Description } from "../protocol/engine.ts";
import { ownLabels } from "./own-labels.ts";
import type { Session } from "./session.ts";

/** All latents of a set-up, with the labels and figures of every source. */
export interface FoundCatalogue {
  catalogue: Catalogue;
  /** Whether any SAE has output and input scores. */
  scored: boolean;
  /** What could not be read, and why. */
  notes: string[];
}

/** @param labelsFor the file whose folder's labels count; empty: the first folder's */
export async function catalogueOf(
  session: Session,
  prepared: PreparedDocument,
  description: Description,
  labelsFor: string,
): Promise<FoundCatalogue> {
  const notes: string[] = [];
  const own = await ownLabels(session, labelsFor, description.model.id, (it) => notes.push(it));
  const stored = await Promise.all(
    description.saes.map((sae) => session.search.figures(description.model, sae)),
  );
  const automatic = await Promise.all(
    description.saes.map((_, s) => session.automatic.of(prepared.setup, description, s, notes)),
  );
  const catalogue = session.explorer.catalogue(description, own, stored, automatic);
  return { catalogue, scored: stored.some((it) => it?.scores), notes };
}
