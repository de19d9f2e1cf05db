import type { OwnLabels } from "../analysis/explore/catalogue.ts";
import type { Session } from "./session.ts";

const none: OwnLabels = new Map();

/**
 * The labels that the user gave a model's latents, as they are now. A label file that cannot be read takes nothing away from
 * what else is known.
 * @param uri the file whose folder's labels count; empty: the first folder's
 * @param broken told why a file cannot be read
 */
export async function ownLabels(
  session: Session,
  uri: string,
  model: string,
  broken: (message: string) => void = () => {},
): Promise<OwnLabels> {
  const folder = session.folderOf(uri || undefined);
  if (folder === null) return none;
  try {
    return await session.labels.readAll(folder, model);
  } catch (error) {
    broken((error as Error).message);
    return none;
  }
}
