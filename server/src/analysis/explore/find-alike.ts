import type { CancellationToken } from "vscode-jsonrpc/node";
import { ProblemError } from "../../host/problem-error.ts";
import type { Alike } from "../../protocol/explore.ts";
import type { PreparedDocument } from "../document.ts";
import { answersOf, compared, type Descriptor, descriptor, distances, fewest } from "./alike.ts";
import type { Responder } from "./responder.ts";

/** Latents of a set-up by how far their answers are from those looked for. */
export interface FoundAlike {
  /** By SAE of the set-up: feature → distance. */
  distances: Map<number, number>[];
  /** What the comparison rests on. */
  note: string;
}

/**
 * Finds the latents of a document's set-up that answer to the fixed inputs as a latent or a logit does, of this model or
 * another (see {@link distances}).
 * @throws ProblemError where what is looked for has no answers to compare
 */
export async function findAlike(
  responder: Responder,
  document: PreparedDocument,
  wanted: Alike,
  token?: CancellationToken,
): Promise<FoundAlike> {
  const looked = await descriptorOf(responder, document, wanted, token);
  const { description, responses } = await responder.toInputs(document, token);
  const found = distances(looked, responses);
  // What is compared with itself is no finding.
  if ("sae" in wanted && wanted.model === undefined)
    found[description.saes.findIndex(({ id }) => id === wanted.sae)]?.delete(wanted.feature);
  return {
    distances: found,
    note:
      `By the largest activation on each of ${responder.inputs.length} fixed inputs, normalised; distance over the ` +
      `${compared} that ${nameOf(wanted)} answers to most (ProbeLog). Latents that fire on fewer than ${fewest} are left out.`,
  };
}

async function descriptorOf(
  responder: Responder,
  document: PreparedDocument,
  wanted: Alike,
  token: CancellationToken | undefined,
): Promise<Descriptor> {
  const own = wanted.model === undefined;
  const saes = "sae" in wanted ? [wanted.sae] : [];
  const source = own
    ? document
    : { ...document, setup: { ...document.setup, model: wanted.model as string, saes } };
  if ("token" in wanted) {
    const found = descriptor(await responder.ofToken(source, wanted.token, token));
    return found ?? cannot(wanted, "is as likely after each of the fixed inputs");
  }
  const { description, responses } = await responder.toInputs(source, token);
  const s = own ? description.saes.findIndex(({ id }) => id === wanted.sae) : 0;
  const sae = description.saes[s];
  if (!sae || wanted.feature >= sae.width) return cannot(wanted, "does not exist here");
  const { answers, fires } = answersOf(responses.saes[s], wanted.feature);
  const found = fires < fewest ? null : descriptor(answers);
  return found ?? cannot(wanted, `fires on ${fires} of ${answers.length} fixed inputs`);
}

function nameOf(wanted: Alike): string {
  const where = wanted.model === undefined ? "" : ` of ${wanted.model}`;
  return "sae" in wanted
    ? `${wanted.sae} · ${wanted.feature}${where}`
    : `the token “${wanted.token}”${where}`;
}

function cannot(wanted: Alike, why: string): never {
  throw new ProblemError({
    code: "nothing-to-compare",
    message: `${nameOf(wanted)} ${why}, so that its answers say nothing.`,
    remedy: "Choose another, or search by example texts.",
    subject: "sae",
  });
}
