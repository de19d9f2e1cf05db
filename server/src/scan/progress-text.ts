import type { ScanProgress } from "./progress.ts";

/** How far a scan is, in one line. */
export function progressText({ stage, share, tokens, tokensPerSecond, secondsLeft }: ScanProgress): string {
  if (stage === "index") return "Making it searchable …";
  const percent = `${Math.floor(100 * share)} %`;
  if (stage === "weights") return `Looking at the weights: ${percent}`;
  if (stage === "scores") return `Scoring latents: ${percent}`;
  const parts = [`${percent}, ${tokens.toLocaleString("en")} tokens`];
  if (tokensPerSecond !== null) parts.push(`${Math.round(tokensPerSecond).toLocaleString("en")} tokens/s`);
  if (secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(", ");
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
