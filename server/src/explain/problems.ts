import { ProblemError } from "../host/problem-error.ts";

/** What keeps a label from being made or scored, with what to do about it. */
export function explainProblem(code: string, message: string, remedy: string): ProblemError {
  return new ProblemError({ code, message, remedy, subject: "engine" });
}

/** Nobody is configured who could label. */
export function noEndpoint(): ProblemError {
  return explainProblem(
    "endpoint-not-configured",
    "No endpoint of a language model is configured, so nothing was sent anywhere.",
    "Set steerscope.labels.endpoint and steerscope.labels.model in your user settings (on the command line --endpoint and --endpoint-model), or label by the tokens it fires on.",
  );
}

export function notScanned(sae: string): ProblemError {
  return explainProblem(
    "label-needs-examples",
    `No text was scanned with ${sae} yet, so there are no examples to label or to score by.`,
    `“Steerscope: Scan a corpus…” or “steerscope scan CORPUS… --sae ${sae}” finds some.`,
  );
}
