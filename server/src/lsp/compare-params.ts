import { ErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { CompareParams } from "../protocol/compare.ts";

/** What can be asked for at most: more belongs on the command line, which shows how far it is. */
const MOST = { samples: 200, maxTokens: 4_000, multipliers: 50 };

/** @throws ResponseError `InvalidParams`, saying what may be asked */
export function checkCompare({ writing = {}, strengths = [], rerank }: CompareParams): void {
  const { samples, maxTokens, temperature, seed, topK, topP, minP, repetitionPenalty } = writing;
  const whole = (name: string, value: number | undefined, from: number, to: number) => {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= from && value <= to))
      throw wrong(`“${name}” is a whole number from ${from} to ${to}.`);
  };
  const between = (name: string, value: number | undefined, from: number, to: number) => {
    if (value !== undefined && !(value >= from && value <= to))
      throw wrong(`“${name}” is a number from ${from} to ${to}.`);
  };
  whole("samples", samples, 1, MOST.samples);
  whole("maxTokens", maxTokens, 1, MOST.maxTokens);
  whole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  whole("topK", topK, 0, Number.MAX_SAFE_INTEGER);
  between("temperature", temperature, 0, 100);
  between("topP", topP, 0, 1);
  between("minP", minP, 0, 1);
  between("repetitionPenalty", repetitionPenalty, 0.01, 100);
  if (rerank) between("rerank.beta", rerank.beta, 0, Number.MAX_VALUE);
  if (strengths.some((it) => it !== null && !Number.isFinite(it)))
    throw wrong("“strengths” are numbers, or null.");
}

/** @throws ResponseError `InvalidParams` */
export function checkMultipliers(multipliers: readonly number[] | undefined): void {
  if (multipliers === undefined) return;
  const fits = (it: number) => Number.isFinite(it) && it >= 0;
  if (multipliers.length === 0 || multipliers.length > MOST.multipliers || !multipliers.every(fits))
    throw wrong(`“multipliers” are 1 to ${MOST.multipliers} numbers from 0 on.`);
}

const wrong = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);
