import * as vscode from "vscode";
import type { RankingChoices } from "../../server/src/protocol/compare-panel.ts";
import type { ListedProbe, ProbesAnswer } from "../../server/src/protocol/probe-requests.ts";
import { SteerscopeMethod } from "../../server/src/protocol/requests.ts";
import type { Numbers } from "./numbers.ts";

/** The workspace's trained probes that can rank samples, those that are enabled first. */
export async function rankingChoices(numbers: Numbers): Promise<RankingChoices> {
  // Where there is none, nobody has to be asked.
  const found = await vscode.workspace.findFiles("**/*.probe.json", "**/node_modules/**", 1);
  const named = vscode.workspace.getConfiguration("steerscope").get<string[]>("probes", []);
  if (found.length === 0 && named.length === 0) return { probes: [], problem: null };
  try {
    const { probes, problem } = await numbers.ask<ProbesAnswer>(SteerscopeMethod.probes, {});
    const fit = probes.filter(ranks).toSorted((a, b) => Number(b.enabled) - Number(a.enabled));
    const isOnly = ({ name }: ListedProbe) => fit.filter((it) => it.name === name).length === 1;
    return {
      probes: fit.map((it) => ({ file: it.file, name: nameOf(it, isOnly(it)) })),
      problem: problem && `no probe: ${problem}`,
    };
  } catch (error) {
    return { probes: [], problem: `no probe: ${(error as Error).message}` };
  }
}

/** A number, or the log-odds of two classes; more of them give no one value. */
const ranks = ({ facts }: ListedProbe): boolean => facts !== null && [0, 2].includes(facts.classes.length);

/** What a sample is ranked by, and what speaks against the probe, which stands wherever a probe does. */
function nameOf({ name, entry, facts }: ListedProbe, isOnly: boolean): string {
  const { classes, verdict } = facts!;
  const by = classes.length === 0 ? "its number" : `towards ${classes[1]}`;
  const doubt = verdict === "sound" ? [] : [verdict?.replaceAll("-", " ") ?? "no controls"];
  return [isOnly ? name : entry, by, ...doubt].join(" · ");
}
