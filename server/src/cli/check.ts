import { located } from "../analysis/setup.ts";
import type { CheckReport } from "../protocol/engine.ts";
import { withEngine } from "./engine.ts";
import { problemText } from "./problems.ts";

/** `steerscope model check M`. */
export function checkModel(model: string): Promise<void> {
  return check("model", located(model, process.cwd()), []);
}

/** `steerscope sae check S`, tried on a model. */
export function checkSae(sae: string, model: string): Promise<void> {
  return check("sae", located(model, process.cwd()), [located(sae, process.cwd())]);
}

async function check(kind: CheckReport["kind"], model: string, saes: string[]): Promise<void> {
  const report = await withEngine((host) => host.check({ kind, model, saes, device: "auto" }));
  console.log(`${report.kind === "model" ? "Model" : "SAE"} ${report.id}`);
  if (report.path) console.log(`  in ${report.path}`);
  for (const fact of report.facts) console.log(`  ${fact}`);
  for (const statement of report.verified) console.log(`  verified: ${statement}`);
  for (const problem of report.problems) console.error(problemText(problem, report.ok ? "warning" : "error"));
  console.log(report.ok ? "Usable." : `Not usable: ${reasonAgainst(report)}`);
  if (!report.ok) process.exitCode = 1;
}

/** Beside the verdict, for whom stderr goes elsewhere. */
function reasonAgainst({ problems: [first] }: CheckReport): string {
  if (first) return `${first.message} ${first.remedy}`;
  return "it runs, but what was measured does not fit what the file declares or is too far off.";
}
