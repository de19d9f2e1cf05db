import type { Diagnostic, Position, Range } from "vscode-languageserver/node";
import type { PlacedProblem } from "../../analysis/document.ts";
import { Lines } from "../../analysis/lines.ts";
import { toDiagnostics } from "../diagnostics.ts";
import type { Session } from "../session.ts";
import type { CheckedFile, OpenFiles } from "./open-files.ts";
import { asSeen, yamlService } from "./yaml-service.ts";

/** A kind of YAML file: those that are open, and what the text of one tells by itself. */
export interface FileKind<C extends CheckedFile> {
  files: OpenFiles<C>;
  parse(text: string): { problems: PlacedProblem[] };
}

/** Files whose client was answered before their newest text was checked: it is told to ask again. */
const early = new WeakMap<Session, Set<string>>();

/**
 * What is wrong with an open file.
 * @param patience how long to wait for its set-up, in ms; the rest follows by a refresh
 */
export async function fileDiagnostics<C extends CheckedFile>(
  session: Session,
  { files, parse }: FileKind<C>,
  uri: string,
  patience: number,
): Promise<Diagnostic[]> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), patience);
  });
  try {
    const checked = await Promise.race([files.checked(uri).catch(() => null), later]);
    if (checked) return await diagnosticsOf(session, files, checked);
    early.set(session, (early.get(session) ?? new Set()).add(uri));
    const text = files.text(uri)?.getText() ?? "";
    return toDiagnostics({ lines: new Lines(text) }, parse(text).problems);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Tells the client of files that were checked, however it wants to hear of it.
 * @param showsElsewhere whether what is wrong with a file shows in another one too
 */
export function watchFiles<C extends CheckedFile>(
  session: Session,
  files: OpenFiles<C>,
  showsElsewhere: (uri: string) => boolean,
): void {
  const { connection, client } = session;
  files.onChecked.on((checked) => {
    const { uri, version } = checked;
    if (!client.pullsDiagnostics) {
      void diagnosticsOf(session, files, checked).then((diagnostics) => {
        if (files.has(uri)) void connection.sendDiagnostics({ uri, version, diagnostics });
      });
    } else if ((early.get(session)?.delete(uri) || showsElsewhere(uri)) && client.refreshesDiagnostics)
      connection.languages.diagnostics.refresh();
  });
}

/** Our own, and those of the schema where ours say nothing of the same place. */
async function diagnosticsOf<C extends CheckedFile>(
  session: Session,
  files: OpenFiles<C>,
  { uri, prepared, problems }: CheckedFile,
): Promise<Diagnostic[]> {
  const own = toDiagnostics(prepared, problems);
  const document = files.text(uri);
  // Broken YAML is told once, and a schema says nothing of it.
  if (!document || problems.some(({ code }) => code === "yaml-invalid")) return own;
  const service = await yamlService(session.install.assets);
  const found = await service.doValidation(asSeen(document), false);
  const isNew = (it: Diagnostic) => !own.some(({ range }) => overlap(range, it.range));
  return [...own, ...found.filter(isNew).map((it) => ({ ...it, source: "steerscope", data: undefined }))];
}

function overlap(a: Range, b: Range): boolean {
  const isBefore = (p: Position, q: Position) =>
    p.line < q.line || (p.line === q.line && p.character < q.character);
  return !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
}
