import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
// @ts-expect-error: scripts are plain JavaScript, without types
import { compiled, compileKernels } from "../../../scripts/kernels.mjs";

it("the kernels in the repository are what their source compiles to: otherwise run `npm run kernels`", async () => {
  expect(Buffer.from(await compileKernels()).equals(readFileSync(compiled))).toBe(true);
}, 60_000);
