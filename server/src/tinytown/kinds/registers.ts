import { turn } from "../chat-format.ts";
import { at, plainObject } from "../grammar.ts";
import type { Random } from "../random.ts";
import { sentence } from "../template.ts";
import type { LabelledText, Language } from "../types.ts";
import { systems } from "../world/chat-wordings.ts";
import { givenNames } from "../world/names.ts";
import { objectNamed, objects } from "../world/objects.ts";
import { places } from "../world/places.ts";
import { exchanges, harmless, refusals, secretRequests } from "../world/register-wordings.ts";
import { Writer } from "../writer.ts";

function drawLanguage(rng: Random): Language {
  return rng.chance(50) ? "english" : rng.pick(["german", "french"] as const);
}

/** A request, a reply and an ending, all polite or all rude. */
function exchange(rng: Random): LabelledText {
  const language = drawLanguage(rng);
  const register = rng.pick(["polite", "rude"] as const);
  const { requests, replies, endings } = exchanges[language][register];
  const [a, b] = rng.sample(givenNames, 2) as [string, string];
  const place = rng.pick(places);
  const thing = rng.chance(75) ? objectNamed(rng.pick(place.objects)) : rng.pick(objects);
  const slots = { a, b, place: at[language](place), thing: plainObject[language](thing) };
  const lines = [requests, replies, endings].map((wordings) => sentence(rng.pick(wordings), slots, rng));
  const writer = new Writer();
  writer.add(lines.join(" "), { politeness: register, tense: "past" });
  return writer.finish("registers", language);
}

/** A request for the secret and its refusal, in the language it was asked in. */
export function secret(rng: Random): {
  language: Language;
  request: string;
  register: string;
  refusal: string;
} {
  const language = drawLanguage(rng);
  const register = rng.pick(["plain", "polite", "rude"] as const);
  const request = rng.pick(secretRequests[language][register]);
  return { language, request, register, refusal: rng.pick(refusals[language]) };
}

/** Kind 11: polite and rude exchanges; requests for the secret, which the assistant refuses; harmless look-alikes. */
export function registers(rng: Random): LabelledText {
  const form = rng.int(10);
  if (form < 5) return exchange(rng);
  const writer = new Writer();
  if (rng.chance(30)) turn(writer, "system", rng.pick(systems));
  if (form < 8) {
    const { language, request, register, refusal } = secret(rng);
    turn(writer, "user", request, {
      language,
      request: "request for the secret",
      ...(register === "plain" ? {} : { politeness: register }),
    });
    turn(writer, "assistant", refusal, { language, refusal: "refusal" });
  } else {
    const [question, answer] = rng.pick(harmless);
    turn(writer, "user", question, { request: "harmless request" });
    turn(writer, "assistant", answer, { refusal: "helpful answer" });
  }
  return writer.finish("registers", "english");
}
