import type { CancellationToken, Hover, HoverParams } from "vscode-languageserver/node";
import { attributeWords } from "../../probes/data/tinytown/attributes.ts";
import { kindIds, kindWords } from "../../probes/spec/kinds.ts";
import type { Place } from "../../yaml/reader.ts";
import { escaped } from "../markdown.ts";
import type { Session } from "../session.ts";
import { asSeen, yamlService } from "../yaml/yaml-service.ts";
import type { CheckedProbe } from "./check-probe.ts";

/** A hover in a specification: what a kind or an attribute is; elsewhere what the key means, of files their columns too. */
export async function probeHover(
  session: Session,
  { textDocument: { uri }, position }: HoverParams,
  token: CancellationToken,
): Promise<Hover | null> {
  const document = session.probes.text(uri)!;
  const checked = await session.probes.checked(uri).catch(() => null);
  if (token.isCancellationRequested) return null;
  const at = document.offsetAt(position);
  const own = checked && ownHover(checked, at);
  if (own) return own;
  const service = await yamlService(session.install.assets);
  const hover = await service.doHover(asSeen(document), position);
  if (!hover || !checked || checked.columns.length === 0 || !isIn(checked, "data.files", at)) return hover;
  const { value } = hover.contents as { value: string };
  const columns = `Columns: ${checked.columns.map(escaped).join(", ")}`;
  return { ...hover, contents: { kind: "markdown", value: `${value.trimEnd()}\n\n${columns}` } };
}

function ownHover({ parsed, prepared }: CheckedProbe, at: number): Hover | null {
  for (const [path, { start, end }] of parsed.places) {
    if (at < start || at >= end) continue;
    const value = prepared.lines.text.slice(start, end).replace(/^["']|["']$/g, "");
    const words = wordsAt(path, value, parsed.spec?.data.kind === "tinytown");
    if (words)
      return {
        contents: { kind: "markdown", value: `**${escaped(value)}**: ${escaped(words)}` },
        range: prepared.lines.range(start, end),
      };
  }
  return null;
}

function wordsAt(path: string, value: string, isTinytown: boolean): string | null {
  if (/^kinds(\.\d+)?$/.test(path)) return kindWords[kindIds.find((it) => it === value)!] ?? null;
  return path === "data.tinytown.attribute" && isTinytown ? attributeWords(value) : null;
}

function isIn({ parsed }: CheckedProbe, path: string, at: number): boolean {
  const place: Place | undefined = parsed.places.get(path);
  return place !== undefined && at >= place.start && at < place.end;
}
