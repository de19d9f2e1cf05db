import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { whereFires as find } from "../analysis/where-fires.ts";
import type { WhereFires, WhereFiresParams } from "../protocol/requests.ts";
import { freshAnalysis } from "./answers.ts";
import type { Session } from "./session.ts";

/** `steerscope/whereFires`: the activations of one latent over the newest version of a file. */
export async function whereFires(
  session: Session,
  params: WhereFiresParams,
  token: CancellationToken,
): Promise<WhereFires> {
  const { document, version } = await freshAnalysis(session, params.textDocument.uri, token);
  const found = find(document, params.sae, params.feature);
  if (!found) {
    const known = document.description.saes.map((sae) => `${sae.id} (${sae.width} latents)`).join(", ");
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `There is no latent ${params.feature} in an SAE “${params.sae}” here. Ask for one of: ${known || "no SAE is set"}.`,
    );
  }
  return { ...found, version };
}
