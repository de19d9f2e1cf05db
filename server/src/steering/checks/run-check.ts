import type { CancellationToken } from "vscode-jsonrpc/node";
import type { Lines } from "../../analysis/lines.ts";
import { CancelledError, toProblem } from "../../host/problem-error.ts";
import type { CheckOutcome, ExpectationOutcome } from "../../protocol/checks.ts";
import type { ReadResult } from "../../protocol/steering.ts";
import { promptRoles, type ReadingHost, readBehind } from "../compare/read-texts.ts";
import { withStrengths } from "../compare/strengths.ts";
import { editsOf, type Subject, usualWriting } from "../compare/subject.ts";
import { toSample, type WritingHost, write } from "../compare/write.ts";
import type { RecipeCheck } from "../recipe/types.ts";
import { type Evidence, examine } from "./expectation.ts";

/** A check, and where it stands in its recipe. */
export interface PlacedCheck {
  check: RecipeCheck;
  index: number;
  lines: Lines;
}

/**
 * Runs one check: the steered model writes, and each expectation is measured on what it wrote. What keeps it from running is
 * part of the outcome.
 * @param subjectOf the check's prompt with the recipe
 * @throws CancelledError
 */
export async function runCheck(
  host: WritingHost & ReadingHost,
  placed: PlacedCheck,
  subjectOf: () => Promise<Subject>,
  token?: CancellationToken,
): Promise<CheckOutcome> {
  const { check, index, lines } = placed;
  const start = performance.now();
  const outcome: CheckOutcome = {
    name: check.name,
    passed: false,
    expectations: [],
    samples: [],
    error: null,
    range: lines.range(check.start, check.end),
    index,
    ms: 0,
  };
  try {
    const evidence = await evidenceOf(host, check, await subjectOf(), token);
    outcome.samples = evidence.samples.map(toSample);
    for (const expectation of check.expect) {
      const met = await examine(expectation, evidence);
      const range = lines.range(expectation.start, expectation.end);
      outcome.expectations.push({ ...met, range } satisfies ExpectationOutcome);
    }
    outcome.passed = outcome.expectations.every(({ passed }) => passed);
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    const { message, remedy } = toProblem(error);
    outcome.error = `${message} ${remedy}`;
  }
  outcome.ms = performance.now() - start;
  return outcome;
}

/** Writes and reads what the check's expectations ask for, and no more. */
async function evidenceOf(
  host: WritingHost & ReadingHost,
  { expect, samples, seed, maxTokens, temperature }: RecipeCheck,
  subject: Subject,
  token?: CancellationToken,
): Promise<Evidence> {
  const asks = (...kinds: string[]) => expect.some(({ kind }) => kinds.includes(kind));
  const writing = usualWriting({ samples, seed, maxTokens, temperature });
  const steering = withStrengths(editsOf(subject), []);
  const written = await write(host, subject, writing, steering, () => {}, token);
  const prompt = await promptRoles(host, subject, written.promptIds, steering, token);
  const read = (ids: Int32Array[], edits: typeof steering, activations: boolean): Promise<ReadResult[]> =>
    readBehind(host, subject, prompt, ids, edits, activations, token);
  const ids = written.samples.map((sample) => sample.ids);
  const isRead = asks("klBelow", "perplexityRatioBelow", "latent");
  const steered = isRead ? await read(ids, steering, asks("latent")) : [];
  let base: ReadResult[] = [];
  if (asks("perplexityRatioBelow")) {
    const own = await write(host, subject, writing, [], () => {}, token);
    base = await read(
      own.samples.map((sample) => sample.ids),
      [],
      false,
    );
  }
  return { subject, samples: written.samples, read: steered, base };
}
