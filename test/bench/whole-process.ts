import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environment, root } from "./material.ts";
import { summary, times } from "./stats.ts";

/** `steerscope inspect` on a prompt of about 60 tokens with tinytown: start of the process to its end. */
export async function inspectCommand(runs: number): Promise<object> {
  const file = join(mkdtempSync(join(tmpdir(), "steerscope-bench-")), "story.prompt");
  writeFileSync(
    file,
    "It was a rainy morning at the mill. Anna lost her lantern and wept. She was sad and did not want to speak. " +
      "In the evening Peter came to the mill, gave her the lantern, and she laughed again.\n",
  );
  let tokens = 0;
  const taken = await times(runs, async () => {
    const args = [join(root, "server/bin/steerscope.mjs"), "inspect", file, "--json"];
    const result = spawnSync(process.execPath, args, { env: environment, encoding: "utf8" });
    if (result.status !== 0) throw new Error(result.stderr);
    tokens = JSON.parse(result.stdout).tokens.length;
  });
  return { tokens, wholeProcessMs: summary(taken) };
}
