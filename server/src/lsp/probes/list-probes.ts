import { existsSync } from "node:fs";
import { toProblem } from "../../host/problem-error.ts";
import { entryOf } from "../../probes/saved/named.ts";
import { readOtherwise } from "../../probes/saved/read-otherwise.ts";
import { factsOf } from "../../probes/saved/words.ts";
import { probeEnding } from "../../probes/spec/types.ts";
import { savedProbeEnding } from "../../protocol/probe-file.ts";
import type { ListedProbe, ProbesAnswer, ProbesParams } from "../../protocol/probe-requests.ts";
import type { Problem } from "../../protocol/problem.ts";
import { sentence } from "../markdown.ts";
import type { Session } from "../session.ts";

/** `steerscope/probes`: the trained probes of the workspace, and which of them read a document. */
export async function probes(session: Session, params: ProbesParams | undefined): Promise<ProbesAnswer> {
  // Who asks for the list wants to see what lies there now.
  session.trained.changed();
  const uri = params?.textDocument?.uri;
  const outcome = uri ? session.documents.current(uri) : null;
  const document = outcome?.kind === "done" ? outcome.document : null;
  const problem = session.client.trusted
    ? null
    : "This workspace is not trusted, so no probe of it is loaded. Trust the workspace first.";
  const all = await session.trained.all();
  const listed = all.map(({ path, folder, enabled }): ListedProbe => {
    const spec = `${path.slice(0, -savedProbeEnding.length)}${probeEnding}`;
    const base = {
      file: path,
      entry: entryOf(path, folder),
      spec: existsSync(spec) ? spec : null,
      enabled,
    };
    const name = base.entry.split("/").at(-1)!.replace(savedProbeEnding, "");
    try {
      const saved = session.trained.saved.get(path);
      const reads = document ? document.analysis.probes.some((it) => it.path === path) : null;
      const kept = document?.analysis.warnings.find((it) => it.subject === "probe" && it.path === path);
      return {
        ...base,
        name: saved.name,
        reads,
        problem: kept ? inWords(kept) : null,
        note: document && reads ? readOtherwise(document, saved) : null,
        facts: factsOf(saved),
      };
    } catch (error) {
      return {
        ...base,
        name,
        reads: document ? false : null,
        problem: inWords(toProblem(error)),
        note: null,
        facts: null,
      };
    }
  });
  return { probes: listed, problem };
}

const inWords = ({ message, remedy }: Problem): string => `${sentence(message)} ${remedy}`;
