import type { SteeringPlaces } from "../../protocol/steering.ts";

/** A token as far as it matters where an edit reaches. */
export interface SteeredToken {
  /** Place in the text. */
  position: number;
  /** Role of its message; null in a text without roles and for generated tokens. */
  role: string | null;
  /** Which generated token it decides, from 0: the last token of the prompt decides the first. Null for those before. */
  step: number | null;
  /** How long the prompt is. */
  promptLength: number;
}

/** How much of an edit reaches a token: 0 to 1. */
export function reach(places: SteeringPlaces, token: SteeredToken): number {
  if (token.position === 0 && !places.first) return 0;
  if (reachesAsPrompt(places, token)) return 1;
  if (places.tokens === "prompt" || token.step === null) return 0;
  const [from, to] = places.steps ?? [0, null];
  if (token.step < from || (to !== null && token.step >= to)) return 0;
  return places.halfLife === null ? 1 : 0.5 ** (token.step / places.halfLife);
}

function reachesAsPrompt({ tokens, roles, positions }: SteeringPlaces, token: SteeredToken): boolean {
  const { position, promptLength, role } = token;
  if (tokens === "generated" || position >= promptLength) return false;
  if (roles && (role === null || !roles.includes(role))) return false;
  if (!positions) return true;
  const place = (at: number) => (at < 0 ? promptLength + at : at);
  const [from, to] = positions;
  return position >= place(from) && (to === null || position < place(to));
}
