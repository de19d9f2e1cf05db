import type { SteeringEdit, SteeringUnit } from "../../protocol/steering.ts";
import { canonicalHook, isResidualHook, streamHook, unknownHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { latentOf, unit, vectorOf } from "./direction.ts";
import { meanActivations, meanResidual } from "./means.ts";
import { medianNorm } from "./norms.ts";
import { steeringProblem } from "./problems.ts";

/** As far as anything goes in f32. */
const farthest = 3e38;

/** One number f of a token and what becomes of it: `x' = x + (clip(alpha · f + beta, low, high) − f) · decoder`. */
export interface Column {
  /** Canonical name of the residual hook point. */
  hook: string;
  /** f is the activation of this latent; else the projection on `encoder`. */
  latent: { sae: number; latent: number } | null;
  /** `[d]` f = x · encoder; not used for a latent. */
  encoder: Float32Array | null;
  /** `[d]` what one more f adds; null for a latent: its decoder row. Zeros where the column is only a condition. */
  decoder: Float32Array | null;
  alpha: number;
  beta: number;
  low: number;
  high: number;
  onlyFiring: boolean;
}

/** What an edit comes to. */
export type Change =
  /** The same vector `[d]` for every token it reaches. */
  | { kind: "addition"; hook: string; vector: Float32Array; said: string }
  | { kind: "column"; column: Column; said: string };

/**
 * Turns an edit into what is added, or into a column that reads a token first.
 * @throws EngineError where the hook point, the unit or the amount do not fit
 */
export async function changeOf(setup: LoadedSetup, edit: SteeringEdit): Promise<Change> {
  const latent = onlyLatent(edit);
  const hook = hookOf(setup, edit);
  assertAmount(edit);
  const vector = vectorOf(setup, edit.directions);
  if (edit.operation === "add") return addition(setup, edit, hook, vector);
  const column: Column = {
    hook,
    latent,
    encoder: null,
    decoder: null,
    alpha: 0,
    beta: 0,
    low: -farthest,
    high: farthest,
    onlyFiring: edit.onlyFiring && latent !== null,
  };
  if (!latent || edit.operation === "project") {
    // What the residual has along the direction, whether or not the latent fires.
    column.latent = null;
    column.encoder = unit(vector);
    column.decoder = column.encoder;
  }
  const { operation, amount } = edit;
  if (operation === "scale") {
    column.alpha = Number(amount);
    return { kind: "column", column, said: `f becomes ${short(column.alpha)} × f` };
  }
  if (operation === "project") return { kind: "column", column, said: "what lies along it is taken out" };
  const value =
    operation === "ablate" && amount === "mean"
      ? await meanOf(setup, column)
      : Number(amount) * (operation === "ablate" ? 1 : await unitOf(setup, edit, hook, vector));
  if (operation === "cap") {
    column.alpha = 1;
    column.high = value;
    return { kind: "column", column, said: `f is at most ${short(value)}` };
  }
  column.beta = value;
  return { kind: "column", column, said: `f becomes ${short(value)}` };
}

async function addition(
  setup: LoadedSetup,
  edit: SteeringEdit,
  hook: string,
  vector: Float32Array,
): Promise<Change> {
  const factor = Number(edit.amount) * (await unitOf(setup, edit, hook, vector));
  const norm = Math.hypot(...vector) * Math.abs(factor);
  const usual = await medianNorm(setup, hook);
  const said = `a vector of norm ${short(norm)} is added, ${short(norm / usual)} of the median residual norm ${short(usual)} at ${hook}`;
  return { kind: "addition", hook, vector: vector.map((value) => value * factor), said };
}

/** What an amount of 1 is, in units of the vector (for additions) or of f. */
async function unitOf(
  setup: LoadedSetup,
  { unit: kind, directions, operation }: SteeringEdit,
  hook: string,
  vector: Float32Array,
): Promise<number> {
  if (kind === "raw") return 1;
  const latent = onlyLatent({ directions });
  if (kind === "maximum") {
    const maximum = latent && latentOf(setup, latent).statistics.maximum?.[latent.latent];
    if (maximum) return maximum;
    throw unitProblem(kind, latent ? "its maximum is not known" : "only a single latent has a maximum");
  }
  const usual = await medianNorm(setup, hook);
  // A projection is measured in the residual's own units.
  return operation === "add" || latent ? usual / Math.hypot(...vector) : usual;
}

async function meanOf(setup: LoadedSetup, { latent, encoder, hook }: Column): Promise<number> {
  if (latent) return (await meanActivations(setup, latent.sae))[latent.latent];
  const mean = await meanResidual(setup, hook);
  return mean.reduce((sum, value, i) => sum + value * (encoder as Float32Array)[i], 0);
}

/** The latent that a direction is, where it is no sum. */
function onlyLatent({ directions }: Pick<SteeringEdit, "directions">) {
  const [only] = directions;
  return directions.length === 1 && only.weight === 1 && only.direction.kind === "latent"
    ? { sae: only.direction.sae, latent: only.direction.latent }
    : null;
}

/** Canonical hook point at which an edit changes the residual stream; that of its latent where it reads one. */
function hookOf(setup: LoadedSetup, edit: SteeringEdit): string {
  const { layers } = setup.model.config;
  const latent = onlyLatent(edit);
  if (latent) latentOf(setup, latent);
  const asked = latent && edit.operation !== "add" ? setup.saes[latent.sae].sae.hook : edit.hook;
  const layer = Number(/^blocks\.(\d+)\./.exec(asked)?.[1] ?? Number.POSITIVE_INFINITY);
  const hook =
    edit.operation === "add" ? streamHook(asked) : isResidualHook(asked) ? canonicalHook(asked) : null;
  if (layer < layers && hook) return hook;
  throw unknownHook(asked, layers);
}

function assertAmount({ operation, amount }: SteeringEdit): void {
  if (operation === "project" || (operation === "ablate" && (amount === "mean" || amount === 0))) return;
  if (typeof amount === "number" && Number.isFinite(amount) && operation !== "ablate") return;
  throw steeringProblem(
    "strength-invalid",
    `The strength of an edit (${operation}) is ${amount}.`,
    operation === "ablate" ? "Ablation goes to zero or to the mean." : "Give it a finite number.",
  );
}

function unitProblem(kind: SteeringUnit, why: string) {
  return steeringProblem(
    "unit-unknown",
    `The unit “${kind}” cannot be used: ${why}.`,
    "Use the unit raw or residual.",
  );
}

/** A number for a sentence. */
function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
