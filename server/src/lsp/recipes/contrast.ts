import { existsSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver/node";
import { ProblemError } from "../../host/problem-error.ts";
import type {
  ContrastAnswer,
  ContrastParams,
  SteeringLayersAnswer,
  SteeringLayersParams,
} from "../../protocol/contrast.ts";
import { asVectors, type CaaOutcome, contrastiveVectors } from "../../steering/methods/caa.ts";
import { type Contrast, readContrast } from "../../steering/methods/contrast-file.ts";
import type { NewEdit } from "../../steering/recipe/edit-text.ts";
import { recipeEnding } from "../../steering/recipe/types.ts";
import { steeringLayers as layersOf, usualLayer } from "../../steering/recipe/usual-layer.ts";
import { writeVectors } from "../../steering/vectors/write.ts";
import { answered, freshAnalysis } from "../answers.ts";
import { figure } from "../markdown.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { steerEdit } from "./steer-edit.ts";

/** A residual norm's half, as for a latent that is amplified. */
const strength = 0.5;
/** Letters of a text that name it in a title. */
const MOST_LETTERS = 40;

/** `steerscope/steeringLayers`: where a vector can be made for a prompt's model, and where it is made by default. */
export async function steeringLayers(
  session: Session,
  { textDocument: { uri } }: SteeringLayersParams,
  token: CancellationToken,
): Promise<SteeringLayersAnswer> {
  const { description } = (await freshAnalysis(session, uri, token)).document;
  return { model: description.model.id, layers: layersOf(description), usual: usualLayer(description) };
}

/**
 * `steerscope/contrast`: makes steering vectors from two kinds of texts (contrastive activation addition), writes them beside the
 * prompt's recipe, and answers how the recipe changes so that it adds them. The file stays when that edit is undone.
 * @throws ResponseError `InvalidParams` for parameters that mean nothing, else `RequestFailed` with the problem as its data
 */
export async function contrast(
  session: Session,
  params: ContrastParams,
  token: CancellationToken,
): Promise<ContrastAnswer> {
  check(params);
  const { textDocument, pool = "last" } = params;
  const { uri } = textDocument;
  const { document, version } = await freshAnalysis(session, uri, token);
  const title = titleOf(params);
  return answered(
    (async () => {
      if (!session.client.trusted) throw notTrusted();
      // What keeps a recipe from being written is said before anything is read.
      const { recipe } = await steerEdit(session, uri, version, [editOf("./x.safetensors", title)], title);
      const file = freeName(pathOf(recipe)!);
      const contrast = await textsOf(params);
      const hooks = params.hooks ?? [usualLayer(document.description)];
      const outcome = await withProgress(
        session,
        uri,
        "Making a contrastive vector",
        token,
        async (inner, tell) =>
          contrastiveVectors(
            session.host,
            { setup: await session.analyser.usableSetup(document, inner), contrast, hooks, pool },
            (done, total) => tell({ key: uri, stage: "analysing", done, total }),
            inner,
          ),
      );
      const made = editOf(`./${basename(file)}`, `${title}: ${inWords(outcome)}`);
      const answer = await steerEdit(session, uri, version, [made], title);
      writeVectors(file, asVectors(outcome, new Date().toISOString().slice(0, 10)));
      const { positives, negatives } = outcome;
      const vectors = outcome.vectors.map(({ hook, norm, stability }) => ({ hook, norm, stability }));
      return { title, ...answer, file, positives, negatives, vectors };
    })(),
  );
}

const editOf = (vector: string, comment: string): NewEdit => ({ vector, strength, comment });

/** @throws ResponseError saying what to ask instead */
function check({ texts, file, hooks, pool }: ContrastParams): void {
  const wrong = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);
  if (!texts === !file) throw wrong("Give either “texts” or “file”.");
  const areTexts = (it: unknown) => Array.isArray(it) && it.every((text) => typeof text === "string");
  if (texts && !(areTexts(texts.positive) && areTexts(texts.negative)))
    throw wrong("“texts” has two lists of texts, “positive” and “negative”.");
  if (file !== undefined && !isAbsolute(file)) throw wrong("“file” is an absolute path.");
  if (hooks !== undefined && !(areTexts(hooks) && hooks.length > 0))
    throw wrong("“hooks” is a list of hook points.");
  if (pool !== undefined && pool !== "last" && pool !== "mean") throw wrong("“pool” is last or mean.");
}

async function textsOf({ texts, file, positive }: ContrastParams): Promise<Contrast> {
  if (!texts) return readContrast(file!, positive);
  return { ...texts, paired: texts.positive.length === texts.negative.length };
}

function titleOf({ texts, file }: ContrastParams): string {
  if (!texts) return `Steer by the contrast of ${basename(file!)}`;
  return `Steer towards ${named(texts.positive)} and away from ${named(texts.negative)}`;
}

function named(texts: string[]): string {
  if (texts.length !== 1) return `${texts.length} texts`;
  const text = texts[0].replace(/\s+/g, " ").trim();
  return `“${text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS).trimEnd()}…` : text}”`;
}

function inWords({ vectors }: CaaOutcome): string {
  return vectors
    .map(({ hook, norm, stability }) => {
      const halves = stability === null ? "" : `, halves agree with cosine ${stability.toFixed(2)}`;
      return `norm ${figure(norm)} at ${hook}${halves}`;
    })
    .join("; ");
}

/** A file beside the recipe that is not there yet: `NAME.contrast.safetensors`, then with a number. */
function freeName(recipe: string): string {
  const name = join(dirname(recipe), basename(recipe).slice(0, -recipeEnding.length));
  for (let n = 1; ; n++) {
    const path = `${name}.contrast${n === 1 ? "" : `-${n}`}.safetensors`;
    if (!existsSync(path)) return path;
  }
}

function notTrusted(): ProblemError {
  return new ProblemError({
    code: "workspace-not-trusted",
    message: "This workspace is not trusted, so no vector is written into it or read from it.",
    remedy: "Trust the workspace first.",
    subject: "recipe",
  });
}
