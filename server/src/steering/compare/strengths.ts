import type { SteeringEdit } from "../../protocol/steering.ts";
import type { ResolvedEdit } from "../recipe/resolve-edit.ts";

/** How strengths follow a multiplier, for whoever reads a sweep. */
export const sweepConventions = [
  "A multiplier of 1 is the recipe as it is, 0 the base model.",
  "add: the strength times the multiplier. scale: 1 + (factor − 1) times the multiplier. clamp: the value times the multiplier; cap: the value over it, since a lower bound is the stronger edit. ablate and project have no strength: they are on at every multiplier above 0.",
];

/** Whether an edit has a strength that can be set and swept. */
export const hasStrength = ({ operation }: SteeringEdit): boolean =>
  operation !== "ablate" && operation !== "project";

/** The engine's edits with other strengths: one for each entry of a recipe, null leaves it; what is switched off stays out. */
export function withStrengths(
  edits: readonly Pick<ResolvedEdit, "enabled" | "steering">[],
  strengths: readonly (number | null)[],
): SteeringEdit[] {
  return edits.flatMap(({ enabled, steering }, i) => {
    const strength = strengths[i] ?? null;
    if (!enabled) return [];
    return strength === null
      ? steering
      : steering.map((it) => (hasStrength(it) ? { ...it, amount: strength } : it));
  });
}

/** The edits at a multiple of their strengths, as {@link sweepConventions} say; none at 0. */
export function multiplied(steering: readonly SteeringEdit[], multiplier: number): SteeringEdit[] {
  if (multiplier === 0) return [];
  return steering.map((edit) => {
    const amount =
      typeof edit.amount === "number" ? amountAt(edit.operation, edit.amount, multiplier) : edit.amount;
    return { ...edit, amount };
  });
}

function amountAt(operation: SteeringEdit["operation"], amount: number, multiplier: number): number {
  if (operation === "add" || operation === "clamp") return amount * multiplier;
  if (operation === "scale") return 1 + (amount - 1) * multiplier;
  return operation === "cap" ? amount / multiplier : amount;
}
