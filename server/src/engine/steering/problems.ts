import { EngineError } from "../errors.ts";

/** A problem of what a recipe asks the engine for; the recipe's own reader finds most of them first, with their places. */
export function steeringProblem(code: string, message: string, remedy: string): EngineError {
  return new EngineError({ code, message, remedy, subject: "prompt" });
}
