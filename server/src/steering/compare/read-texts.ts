import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { ReadResult, SteeringEdit } from "../../protocol/steering.ts";
import type { Subject } from "./subject.ts";
import { requireSame } from "./write.ts";

/** The parts of the engine that reading needs. */
export type ReadingHost = Pick<EngineHost, "read" | "analyse" | "forget" | "texts">;

/** A prompt's tokens as they were read when it was continued. */
export interface PromptIds {
  ids: Int32Array;
  /** Null where no edit asks for them. */
  roles: (string | null)[] | null;
}

/** Roles of the prompt's tokens, where edits are made in some messages only. */
export async function promptRoles(
  host: ReadingHost,
  { setup, key, messages }: Subject,
  ids: Int32Array,
  steering: readonly SteeringEdit[],
  token?: CancellationToken,
): Promise<PromptIds> {
  if (!steering.some(({ where }) => where.roles !== null)) return { ids, roles: null };
  const { roleOf, roles } = await host.analyse({ ...setup, key: comparedKey(key), messages }, token);
  return { ids, roles: Array.from(ids, (_, t) => (roleOf[t] < 0 ? null : (roles[roleOf[t]] ?? null))) };
}

/** Reads texts behind a prompt, one result a text in their order; a text without tokens has empty ones. */
export async function readBehind(
  host: ReadingHost,
  { setup, description }: Subject,
  prompt: PromptIds,
  texts: readonly Int32Array[],
  steering: SteeringEdit[],
  activations: boolean,
  token?: CancellationToken,
): Promise<ReadResult[]> {
  const from = prompt.ids.length;
  const answer = await host.read(
    {
      ...setup,
      steering,
      activations,
      texts: texts.map((ids) => ({
        ids: Int32Array.from([...prompt.ids, ...ids]),
        from,
        roles: prompt.roles && [...prompt.roles, ...Array.from(ids, () => null)],
      })),
    },
    token,
  );
  requireSame(answer.setupId, description.setupId);
  return answer.texts;
}

/** Names texts that are read beside a prompt to the engine. */
export const comparedKey = (key: string): string => `${key}#compared`;
