import type { MessageInput } from "../../protocol/engine.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import { steeringProblem } from "../steering/problems.ts";

/** A prompt that is to be continued. */
export interface PromptTokens {
  ids: Int32Array;
  /** Role of each token's message, null where it has none. */
  roles: (string | null)[];
}

/**
 * Ids of a prompt up to where the model goes on: after the generation prompt of the chat template, or, where the last message is
 * the assistant's, right behind its text, so that it is continued.
 * @throws EngineError `prompt-empty`, `prompt-too-long`
 */
export function promptTokens(setup: LoadedSetup, messages: MessageInput[]): PromptTokens {
  const { contextLength } = setup.model.config;
  const { ids, spans, roleOf, roles } = setup.encode(messages, contextLength + 1);
  const last = messages.length - 1;
  const begun = messages[last]?.role === "assistant" && setup.text.hasChatTemplate;
  const length = begun ? spans.message.lastIndexOf(last) + 1 || ids.length : ids.length;
  if (length === 0)
    throw steeringProblem(
      "prompt-empty",
      "The prompt is empty, so there is nothing to continue.",
      "Write something to begin with.",
    );
  if (length >= contextLength)
    throw steeringProblem(
      "prompt-too-long",
      `The prompt has ${ids.length} tokens and leaves no room in the model's context of ${contextLength}.`,
      "Shorten the prompt.",
    );
  return {
    ids: ids.slice(0, length),
    roles: Array.from(roleOf.subarray(0, length), (role) => (role < 0 ? null : roles[role])),
  };
}
