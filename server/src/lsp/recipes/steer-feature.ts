import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { latentOf } from "../../analysis/feature.ts";
import { streamHook } from "../../analysis/hooks.ts";
import { ProblemError } from "../../host/problem-error.ts";
import type { SteerFeatureAnswer, SteerFeatureParams } from "../../protocol/steer-feature.ts";
import { editFor, hasMaximum, steerTitle, steerWays } from "../../steering/recipe/steer-ways.ts";
import { answered, freshAnalysis, noSuchLatent } from "../answers.ts";
import { known } from "../feature.ts";
import type { Session } from "../session.ts";
import { steerEdit } from "./steer-edit.ts";

/**
 * `steerscope/steerFeature`: how the recipe of a prompt changes so that it steers with a latent; the same edit as the prompt's
 * code actions make.
 * @throws ResponseError `InvalidParams` for a latent or a way that is not there, else `RequestFailed` with the problem as its data
 */
export async function steerFeature(
  session: Session,
  params: SteerFeatureParams,
  token: CancellationToken,
): Promise<SteerFeatureAnswer> {
  const { textDocument, sae, feature, way } = params;
  if (!Object.hasOwn(steerWays, way))
    throw new ResponseError(
      ErrorCodes.InvalidParams,
      `“way” is one of ${Object.keys(steerWays).join(", ")}.`,
    );
  const { uri } = textDocument;
  const { document, version } = await freshAnalysis(session, uri, token);
  const { description } = document;
  const latent = latentOf(description, sae, feature);
  if (!latent) throw noSuchLatent(description.saes, params);
  return answered(
    (async () => {
      if (streamHook(latent.sae.hook) === null) throw notInTheStream(sae, latent.sae.hook);
      if (way === "clamp" && !hasMaximum(latent.sae, feature)) throw noMaximum(sae, feature);
      const { labels, scores } = await known(session, params, { latent, prepared: document, description });
      const candidate = { sae, latent: feature, label: labels[0]?.text ?? null };
      const title = steerTitle(way, candidate, scores?.output?.value ?? null);
      const edits = [editFor(candidate, steerWays[way].edit)];
      return { title, ...(await steerEdit(session, uri, version, edits, title)) };
    })(),
  );
}

function notInTheStream(sae: string, hook: string): ProblemError {
  return new ProblemError({
    code: "steer-hook",
    message: `${sae} reads ${hook}, which is not in the residual stream, so its latents cannot be steered.`,
    remedy: "Steer with a latent of an SAE at a residual hook point.",
    subject: "sae",
  });
}

function noMaximum(sae: string, feature: number): ProblemError {
  return new ProblemError({
    code: "latent-maximum-unknown",
    message: `How strongly latent ${feature} of ${sae} fires at most is not known, so it cannot be held there.`,
    remedy: "Scan a corpus, or amplify it instead.",
    subject: "sae",
  });
}
