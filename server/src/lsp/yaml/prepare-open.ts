import type { TextDocument } from "vscode-languageserver-textdocument";
import type { PlacedProblem, PreparedDocument } from "../../analysis/document.ts";
import { placeProblem } from "../../analysis/problems.ts";
import type { NamedSetup } from "../../yaml/named-setup.ts";
import { prepareFile } from "../../yaml/prepare.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";

/** An open file with the set-up that it names, else that of its folder's settings, and what is wrong with these. */
export async function prepareOpen(
  session: Session,
  document: TextDocument,
  named: NamedSetup,
): Promise<{ file: string | null; prepared: PreparedDocument; problems: PlacedProblem[] }> {
  const { uri } = document;
  const file = pathOf(uri);
  const { settings, problems: wrong } = await session.settings.get(uri);
  const prepared = prepareFile({
    key: uri,
    fileName: file ?? uri,
    text: document.getText(),
    named,
    file,
    folder: session.folderOf(uri),
    settings,
    override: session.client.override,
    trusted: session.client.trusted,
  });
  const inSettings = wrong.map((problem) => placeProblem(prepared, problem, "warning"));
  return { file, prepared, problems: [...prepared.problems, ...inSettings] };
}
