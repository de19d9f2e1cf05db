import { expect, it } from "vitest";
import { Activation } from "../../../server/src/engine/saes/activate.ts";
import type { SaeConfig } from "../../../server/src/engine/saes/config.ts";

it.each([
  ["come first", [1, 1, 2], [2, 0]],
  ["come last", [2, 1, 1], [0, 1]],
  ["are many", [1, 3, 1, 1, 1, 2, 1], [1, 5, 0]],
])("of equal latents too many for a top-k SAE the lowest fire, where they %s", (_, pre, fires) => {
  const config = { architecture: "topk", k: fires.length, width: pre.length } as SaeConfig;
  const activation = new Activation(config, null, null);
  expect([...activation.activate(Float32Array.from(pre), 0).indices]).toEqual(fires);
});
