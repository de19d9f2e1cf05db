import { oneName } from "../../analysis/hooks.ts";
import type { SteeringEdit, SteeringPlaces, SteeringUnit } from "../../protocol/steering.ts";
import type { RecipeBounds } from "./types.ts";

/** What gives an entry its direction. */
export function directionWords(terms: { source: { words: string }; weight: number }[]): string {
  return terms
    .map(({ source, weight }) =>
      terms.length === 1 && weight === 1 ? source.words : `${weight} × ${source.words}`,
    )
    .join(" + ");
}

/**
 * What an entry of a recipe does, in a sentence.
 * @param steering what became of it, one edit a hook point
 * @param direction as {@link directionWords} says it
 * @param conditions each in words
 */
export function describeEdit(
  steering: SteeringEdit[],
  direction: string,
  conditions: readonly string[],
): string {
  const [edit] = steering;
  const hooks = steering.map(({ hook }) => oneName(hook)).join(", ");
  return `${action(edit, direction)} at ${hooks}, ${places(edit)}${held(conditions)}.`;
}

function action({ operation, amount, unit, directions }: SteeringEdit, direction: string): string {
  const f = directions[0]?.direction.kind === "latent" && directions.length === 1 ? "" : "the projection on ";
  const strength = `${amount}${measure(unit)}`;
  switch (operation) {
    case "add":
      return Number(amount) < 0
        ? `Takes ${-Number(amount)}${measure(unit)} of ${direction} away`
        : `Adds ${strength} of ${direction}`;
    case "scale":
      return `Multiplies ${f}${direction} by ${amount}`;
    case "clamp":
      return `Holds ${f}${direction} at ${strength}`;
    case "cap":
      return `Holds ${f}${direction} to at most ${strength}`;
    case "ablate":
      return `Sets ${f}${direction} to ${amount === "mean" ? "its mean" : "0"}`;
    case "project":
      return `Takes out the part along ${direction}`;
  }
}

function measure(unit: SteeringUnit): string {
  if (unit === "residual") return " × the median residual norm";
  return unit === "maximum" ? " × its known maximum" : "";
}

function places({ where, onlyFiring }: SteeringEdit): string {
  const parts = [onlyFiring ? "where it fires, on" : "on", reached(where)];
  if (where.steps)
    parts.push(`from step ${where.steps[0]}${where.steps[1] === null ? "" : ` until ${where.steps[1]}`}`);
  if (where.halfLife !== null) parts.push(`fading by half every ${where.halfLife} steps`);
  return parts.join(" ");
}

function reached({ tokens, roles, positions, first }: SteeringPlaces): string {
  const kind =
    tokens === "all" ? "all tokens" : tokens === "prompt" ? "the prompt's tokens" : "generated tokens";
  const narrowed = [
    ...(roles ? [`of the prompt in messages of ${roles.join(", ")}`] : []),
    ...(positions ? [`of the prompt from ${positions[0]} up to before ${positions[1] ?? "its end"}`] : []),
  ];
  const named = [kind, ...narrowed].join(", ");
  return first || tokens === "generated" ? named : `${named} but the first`;
}

const held = (conditions: readonly string[]) =>
  conditions.length === 0 ? "" : `, where ${conditions.join(" and ")}`;

/** A condition in words, such as `early/7 is above 2 (and on until 1)`. */
export function boundWords(what: string, { above, below, release }: RecipeBounds): string {
  const bound = above === undefined ? `below ${below}` : `above ${above}`;
  return `${what} is ${bound}${release === undefined ? "" : ` (and on until ${release})`}`;
}
