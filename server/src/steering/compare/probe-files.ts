import { findProbe } from "../../probes/saved/find.ts";
import { restoreProbe } from "../../probes/saved/restore.ts";
import type { ReadProbe } from "../recipe/surroundings.ts";

/** Reads trained probes for recipes. @param root folder below which a name is looked for where no probe lies beside the recipe */
export const probesFrom =
  (root: string | null): ReadProbe =>
  async (named, folder) =>
    restoreProbe(await findProbe(named, { folder, root }));
