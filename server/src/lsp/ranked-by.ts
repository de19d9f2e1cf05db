import { dirname } from "node:path";
import { ProblemError } from "../host/problem-error.ts";
import { findProbe } from "../probes/saved/find.ts";
import { restoreProbe } from "../probes/saved/restore.ts";
import type { RerankWish } from "../protocol/rerank.ts";
import type { RerankBy } from "../steering/rerank/rerank.ts";
import type { Session } from "./session.ts";
import { pathOf } from "./workspace-folders.ts";

/**
 * The probe that is to rank a prompt's samples, by its name or its path from the prompt.
 * @throws ProblemError, also where the workspace is not trusted
 */
export async function rankedBy(
  session: Session,
  uri: string,
  { probe, beta }: RerankWish,
): Promise<Omit<RerankBy, "seed">> {
  if (!session.client.trusted)
    throw new ProblemError({
      code: "workspace-not-trusted",
      message: `The probe “${probe}” is not read: this workspace is not trusted.`,
      remedy: "Trust the workspace to load its probes.",
      subject: "probe",
    });
  const file = pathOf(uri);
  const places = { folder: file === null ? null : dirname(file), root: session.folderOf(uri) };
  return { probe: restoreProbe(await findProbe(probe, places)), beta };
}
