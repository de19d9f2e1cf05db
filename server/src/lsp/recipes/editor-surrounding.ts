import type { Surrounding } from "../../steering/compare/prepare-subject.ts";
import { probesFrom } from "../../steering/compare/probe-files.ts";
import { catalogueLabels } from "../../steering/recipe/labels.ts";
import { catalogueOf } from "../catalogue.ts";
import type { Session } from "../session.ts";

/**
 * What the editor looks recipes up with: labels of every source, and files only in a trusted workspace.
 * @param labelsFor the file whose folder's labels count
 */
export function editorSurrounding(session: Session, labelsFor: string): Surrounding {
  const { host, analyser, readVector, client } = session;
  return {
    ...{ host, analyser, readVector, trusted: client.trusted },
    readProbe: probesFrom(session.folderOf(labelsFor)),
    labels: async (prepared, description) =>
      catalogueLabels((await catalogueOf(session, prepared, description, labelsFor)).catalogue),
  };
}
