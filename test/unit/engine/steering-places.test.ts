import { describe, expect, it } from "vitest";
import { reach, type SteeredToken } from "../../../server/src/engine/steering/places.ts";
import type { SteeringPlaces } from "../../../server/src/protocol/steering.ts";

const everywhere: SteeringPlaces = {
  tokens: "all",
  roles: null,
  positions: null,
  steps: null,
  halfLife: null,
  first: false,
};
const promptLength = 5;

/** How much reaches each of five prompt tokens (system, system, user, user, none) and five generated ones. */
function reached(places: Partial<SteeringPlaces>): number[] {
  const roles = ["system", "system", "user", "user", null];
  return Array.from({ length: 10 }, (_, position) => {
    const step = position >= promptLength - 1 ? position - promptLength + 1 : null;
    const token: SteeredToken = { position, role: roles[position] ?? null, step, promptLength };
    return reach({ ...everywhere, ...places }, token);
  });
}

describe("where an edit reaches", () => {
  it.each<[string, Partial<SteeringPlaces>, number[]]>([
    ["all but the first token", {}, [0, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ["the first too where it is asked for", { first: true }, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ["the prompt", { tokens: "prompt" }, [0, 1, 1, 1, 1, 0, 0, 0, 0, 0]],
    [
      "what is generated, and the token that decides the first of it",
      { tokens: "generated" },
      [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    ],
    ["messages of a role, and what is generated", { roles: ["user"] }, [0, 0, 1, 1, 1, 1, 1, 1, 1, 1]],
    ["messages of a role alone", { roles: ["system"], tokens: "prompt" }, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["a stretch of the prompt", { positions: [1, 3], tokens: "prompt" }, [0, 1, 1, 0, 0, 0, 0, 0, 0, 0]],
    ["the prompt's end", { positions: [-2, null], tokens: "prompt" }, [0, 0, 0, 1, 1, 0, 0, 0, 0, 0]],
    [
      "all but the prompt's end",
      { positions: [0, -2], tokens: "prompt", first: true },
      [1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    ],
    [
      "a stretch and a role",
      { positions: [1, 3], roles: ["user"], tokens: "prompt" },
      [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    ],
    ["steps of generation", { steps: [1, 3], tokens: "generated" }, [0, 0, 0, 0, 0, 1, 1, 0, 0, 0]],
    [
      "steps from 0, the last prompt token",
      { steps: [0, 1], tokens: "generated" },
      [0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
    ],
    ["steps to the end", { steps: [4, null], tokens: "generated" }, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]],
    ["the prompt in full and some steps", { steps: [4, 5] }, [0, 1, 1, 1, 1, 0, 0, 0, 1, 0]],
    [
      "less and less",
      { halfLife: 1, tokens: "generated" },
      [0, 0, 0, 0, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32],
    ],
    [
      "nothing where the stretch is empty",
      { positions: [3, 3], tokens: "prompt" },
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
  ])("%s", (_name, places, expected) => {
    expect(reached(places)).toEqual(expected);
  });

  it("leaves a prompt of one token alone, which is the first", () => {
    const token: SteeredToken = { position: 0, role: null, step: 0, promptLength: 1 };
    expect(reach(everywhere, token)).toBe(0);
    expect(reach({ ...everywhere, first: true }, token)).toBe(1);
  });
});
