import type { CancellationToken } from "vscode-languageserver/node";
import { whereFires as find } from "../analysis/where-fires.ts";
import type { WhereFires, WhereFiresParams } from "../protocol/requests.ts";
import { freshAnalysis, noSuchLatent } from "./answers.ts";
import type { Session } from "./session.ts";

/** `steerscope/whereFires`: the activations of one latent over the newest version of a file. */
export async function whereFires(
  session: Session,
  params: WhereFiresParams,
  token: CancellationToken,
): Promise<WhereFires> {
  const { document, version } = await freshAnalysis(session, params.textDocument.uri, token);
  const found = find(document, params.sae, params.feature);
  if (!found) throw noSuchLatent(document.description.saes, params);
  return { ...found, version };
}
