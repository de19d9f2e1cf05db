import type { Occurrence, Occurrences } from "../../server/src/protocol/panel.ts";
import type { WhereFires } from "../../server/src/protocol/requests.ts";

/** More rows than a person reads; the heat map shows all. */
const most = 200;
/** Characters of the line that are shown on each side. */
const around = 40;

/** Lays what fires over the text it was found in, as far as it is shown. */
export function occurrencesIn(
  fires: WhereFires,
  place: { uri: string; file: string; lines: string[] },
): Occurrences {
  const { uri, file, lines } = place;
  const rows = fires.tokens.slice(0, most).map(({ range, activation }): Occurrence => {
    const { start, end } = range;
    const line = lines[start.line] ?? "";
    const stays = end.line === start.line;
    // A token that holds a line break: what follows stands in another line.
    const text = stays ? line.slice(start.character, end.character) : `${line.slice(start.character)}\n`;
    return {
      line: start.line + 1,
      before: line.slice(Math.max(0, start.character - around), start.character),
      text,
      after: stays ? line.slice(end.character, end.character + around) : "",
      activation,
    };
  });
  return { uri, file, version: fires.version, scale: fires.scale, total: fires.tokens.length, rows };
}
