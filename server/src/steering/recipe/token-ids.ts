import type { CancellationToken } from "vscode-jsonrpc/node";
import type { EngineHost } from "../../host/engine-host.ts";
import type { Setup } from "../../protocol/engine.ts";

/**
 * The ids that a text becomes when it stands alone, without what the model puts around it.
 * @throws ProblemError, CancelledError
 */
export async function tokensOf(
  host: Pick<EngineHost, "analyse" | "forget">,
  { model, device }: Pick<Setup, "model" | "device">,
  text: string,
  token?: CancellationToken,
): Promise<number[]> {
  const key = `token:${text}`;
  const messages = [{ role: null, text }];
  try {
    const { ids, spans } = await host.analyse({ model, device, saes: [], key, messages }, token);
    return [...ids].filter((_, t) => spans.message[t] >= 0);
  } finally {
    host.forget(key);
  }
}
