import axe from "axe-core";
import type { Locator } from "playwright-core";

/** What axe-core finds wrong on a panel's page and calls serious or critical. */
export async function seriousProblems(body: Locator): Promise<string[]> {
  // Handed to the page by the browser's own tools: its policy forbids any other script.
  await body.evaluate(axe.source);
  return body.evaluate(async () => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const { violations } = await here.run(document);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
      );
  });
}
