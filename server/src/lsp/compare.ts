import { dirname, resolve } from "node:path";
import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import type { PreparedDocument } from "../analysis/document.ts";
import { Lines } from "../analysis/lines.ts";
import { ProblemError } from "../host/problem-error.ts";
import type {
  CompareAnswer,
  CompareParams,
  GeneratedNews,
  SetStrengthsAnswer,
  SetStrengthsParams,
  Sweep,
  SweepParams,
} from "../protocol/compare.ts";
import { SteerscopeMethod } from "../protocol/requests.ts";
import { usualMultipliers, type Wish } from "../steering/compare/comparer.ts";
import { prepareSubject } from "../steering/compare/prepare-subject.ts";
import { readRecipe } from "../steering/compare/recipe-text.ts";
import { scorerOf } from "../steering/compare/scorers/index.ts";
import { type Subject, usualWriting } from "../steering/compare/subject.ts";
import { usualScorer } from "../steering/compare/usual-scorer.ts";
import { setStrength } from "../steering/recipe/edit-text.ts";
import { answered } from "./answers.ts";
import { checkCompare, checkMultipliers } from "./compare-params.ts";
import { OutdatedError } from "./comparisons.ts";
import { withProgress } from "./progress.ts";
import { rankedBy } from "./ranked-by.ts";
import { editorSurrounding } from "./recipes/editor-surrounding.ts";
import type { Session } from "./session.ts";
import { pathOf } from "./workspace-folders.ts";

/** Samples of each side where nothing is said. */
const usualSamples = 8;

/**
 * `steerscope/compare`: what the model writes on a prompt without and with steering. An edit of the prompt or of a recipe ends it.
 * @throws ResponseError `InvalidParams`, `ContentModified`, `RequestFailed` with the problem as its data
 */
export function compare(
  session: Session,
  params: CompareParams,
  token: CancellationToken,
): Promise<CompareAnswer> {
  checkCompare(params);
  const { run } = params;
  return running(
    session,
    params,
    "Comparing",
    token,
    async ({ subject, wish, version, recipeUris }, inner) => {
      const told = (
        side: GeneratedNews["side"],
        { sample, text }: { sample: number; text: string },
      ): void => {
        if (run === undefined) return;
        const news: GeneratedNews = { run, side, sample, text };
        void session.connection.sendNotification(SteerscopeMethod.generated, news);
      };
      const result = await session.comparisons.comparer.compare(subject, wish, told, inner);
      return { ...result, version, recipeUris };
    },
  );
}

/** `steerscope/sweep`: the same with multiples of the recipe's strengths. @throws as {@link compare} */
export function sweep(session: Session, params: SweepParams, token: CancellationToken): Promise<Sweep> {
  checkCompare(params);
  checkMultipliers(params.multipliers);
  return running(session, params, "Trying strengths", token, ({ subject, wish }, inner, tell) =>
    session.comparisons.comparer.sweep(
      subject,
      wish,
      params.multipliers ?? usualMultipliers,
      (done, total) => tell({ key: subject.key, stage: "analysing", done, total }),
      inner,
    ),
  );
}

/** `steerscope/setStrengths`: the changes of a recipe's text that make its strengths others, and nothing else. */
export function setStrengths(
  session: Session,
  { recipe: { uri }, strengths }: SetStrengthsParams,
): Promise<SetStrengthsAnswer> {
  return answered(
    (async () => {
      const open = session.recipes.text(uri);
      const { text } = await readRecipe({ path: requirePath(uri), text: open?.getText() ?? null });
      const lines = new Lines(text);
      const edits = strengths.flatMap(({ index, strength }) =>
        setStrength(text, index, strength).map(({ start, end, text: newText }) => ({
          range: lines.range(start, end),
          newText,
        })),
      );
      return { version: open?.version ?? null, edits };
    })(),
  );
}

interface Prepared {
  subject: Subject;
  wish: Wish;
  version: number;
  recipeUris: string[];
}

function running<T>(
  session: Session,
  params: CompareParams,
  title: string,
  token: CancellationToken,
  work: (
    prepared: Prepared,
    inner: CancellationToken,
    tell: Parameters<Parameters<typeof withProgress>[4]>[1],
  ) => Promise<T>,
): Promise<T> {
  const { uri } = params.textDocument;
  const done = session.comparisons.run(token, async (inner, uris) => {
    uris.add(uri);
    const { document: prompt } = await session.documents.read(uri, inner);
    const version = session.documents.version(uri);
    const recipeUris = params.recipes?.map((it) => it.uri) ?? namedBy(prompt, uri);
    for (const it of recipeUris) uris.add(it);
    return withProgress(session, uri, title, inner, async (cancel, tell) => {
      const subject = await subjectOf(session, prompt, recipeUris, cancel);
      return work(
        { subject, wish: await wishOf(session, params, subject), version, recipeUris },
        cancel,
        tell,
      );
    });
  });
  return answered(
    done.catch((error) => {
      if (!(error instanceof OutdatedError)) throw error;
      throw new ResponseError(LSPErrorCodes.ContentModified, "The prompt or a recipe changed meanwhile.");
    }),
  );
}

function subjectOf(
  session: Session,
  prompt: PreparedDocument,
  recipeUris: readonly string[],
  token: CancellationToken,
): Promise<Subject> {
  const files = recipeUris.map((it) => ({
    path: requirePath(it),
    text: session.recipes.text(it)?.getText() ?? null,
  }));
  return prepareSubject(prompt, files, editorSurrounding(session, prompt.key), token);
}

/** @throws ProblemError where the probe that is to rank cannot be read */
async function wishOf(session: Session, params: CompareParams, subject: Subject): Promise<Wish> {
  const { writing, strengths, scorer, text, rerank } = params;
  return {
    writing: usualWriting({ ...writing, samples: writing?.samples ?? usualSamples }),
    strengths: strengths ?? [],
    scorer: scorer === undefined ? usualScorer(subject) : scorer && scorerOf(scorer),
    text: text ?? null,
    rerank: rerank ? await rankedBy(session, params.textDocument.uri, rerank) : null,
  };
}

/** URIs of the recipes in a prompt's front matter, which start from its folder. */
function namedBy({ prompt }: PreparedDocument, uri: string): string[] {
  const named = prompt.steerscope.steer ?? [];
  if (named.length === 0)
    throw new ProblemError({
      code: "recipe-missing",
      message: "The prompt names no recipe.",
      remedy: "Write steerscope: { steer: NAME.steer.yaml } into its front matter.",
      subject: "recipe",
    });
  const folder = dirname(requirePath(uri));
  return named.map(({ value }) => URI.file(resolve(folder, value)).toString());
}

function requirePath(uri: string): string {
  const path = pathOf(uri);
  if (path !== null) return path;
  throw new ResponseError(ErrorCodes.InvalidParams, `“${uri}” is no file on this machine. Save it first.`);
}
