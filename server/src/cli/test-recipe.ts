import { resolve } from "node:path";
import { located } from "../analysis/setup.ts";
import type { CheckOutcome, TestResult } from "../protocol/checks.ts";
import { defaultSettings } from "../protocol/settings.ts";
import { testRecipe } from "../steering/checks/test-recipe.ts";
import { commandSurrounding } from "./command-surrounding.ts";
import { withEngine } from "./engine.ts";
import { interruptible } from "./interruptible.ts";

export interface TestOptions {
  model?: string;
  sae?: string[];
  json?: boolean;
}

/** `steerscope test RECIPE…`: runs the checks of recipes; the exit status is 1 where one fails. */
export async function testCommand(files: string[], options: TestOptions): Promise<void> {
  const here = process.cwd();
  const override = {
    model: options.model === undefined ? undefined : located(options.model, here),
    saes: options.sae?.map((sae) => located(sae, here)),
  };
  const results: TestResult[] = [];
  await interruptible((token, show) =>
    withEngine(async (host) => {
      const surrounding = commandSurrounding(host);
      const bench = { host, surrounding, settings: defaultSettings, folder: here, override };
      for (const file of files) {
        const on = {
          begins: (index: number) => show(`${file}: check ${index + 1} …`),
          outcome: (outcome: CheckOutcome) => {
            if (!options.json) console.log(outcomeText(file, outcome));
          },
        };
        results.push(await testRecipe(bench, { path: resolve(file), text: null }, null, on, token));
      }
    }),
  );
  const failed = results.flatMap(({ checks }) => checks).filter(({ passed }) => !passed).length;
  const all = results.reduce((sum, { checks }) => sum + checks.length, 0);
  if (options.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, null, 2));
  else console.log(`${all - failed} of ${all} checks passed.`);
  if (failed > 0) process.exitCode = 1;
}

/** One check as a terminal shows it: what was expected, what was measured, and, where it failed, what was written. */
function outcomeText(file: string, outcome: CheckOutcome): string {
  const { name, passed, error, expectations, samples, range, ms } = outcome;
  const where = `${file}:${range.start.line + 1}`;
  const head = `${passed ? "pass" : "FAIL"}  ${name}  (${where}, ${(ms / 1000).toFixed(1)} s)`;
  const parts = expectations.map(
    (it) => `  ${it.passed ? "met" : "NOT MET"}: ${it.expected}; measured: ${it.measured}`,
  );
  const written = passed ? [] : samples.slice(0, 3).map(({ text }) => `  wrote: ${JSON.stringify(text)}`);
  return [head, ...(error === null ? [] : [`  ${error}`]), ...parts, ...written].join("\n");
}
