import { describe, expect, it } from "vitest";
import { ChatTemplate } from "../../../server/src/engine/text/chat-template.ts";

const chatml =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] | trim + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const mistral =
  "{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] + ' [/INST]' }}{% else %}{{ ' ' + m['content'] + '</s>' }}{% endif %}{% endfor %}";
const render = (source: string, ...messages: [string, string][]) =>
  new ChatTemplate(source, { bos_token: "<s>", eos_token: "</s>" }).render(
    messages.map(([role, text]) => ({ role, text })),
  );

describe("chat templates", () => {
  it("place each text, trimmed or not, where it stands", () => {
    const { text, places } = render(chatml, ["system", " Be kind. "], ["user", "Hi"]);
    expect(text).toBe(
      "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
    );
    expect(places.map((place) => place && text.slice(place.start, place.end))).toEqual(["Be kind.", "Hi"]);
    expect(places[0]?.offset).toBe(1);
  });

  it("keep the white space that a template keeps", () => {
    const { text, places } = render(mistral, ["user", "  Hi\n"]);
    expect(text).toBe("<s>[INST]   Hi\n [/INST]");
    expect(places[0]).toEqual({ start: 10, end: 15, offset: 0 });
  });

  it("give no generation prompt after the assistant's own words", () => {
    expect(render(chatml, ["user", "Hi"], ["assistant", "Hello"]).text.endsWith("Hello<|im_end|>\n")).toBe(
      true,
    );
  });

  it("pass on why a template refuses", () => {
    expect(() => render(mistral, ["assistant", "Hi"])).toThrow("Roles must alternate");
  });

  it("see the same day every day", () => {
    expect(render("{{ strftime_now('%d %B %Y') }}").text).toBe("26 July 2024");
  });

  it("find texts that the template reorders, and say so", () => {
    const swapped = "{{ messages[1]['content'] }}|{{ messages[0]['content'] }}";
    const { places, inOrder } = render(swapped, ["user", "first"], ["user", "second"]);
    expect(inOrder).toBe(false);
    expect(places.map((place) => place?.start)).toEqual([7, 0]);
  });

  it.each<[string, unknown]>([
    ["cut short", "{% for m in messages %}{{ m["],
    ["cut short, in a list", [null, { name: "default", template: "{% if" }]],
  ])("that are %s are refused, naming the folder", (_, chat_template) => {
    expect(() => ChatTemplate.load("/nowhere", { chat_template })).toThrow(
      /chat template of \/nowhere cannot be read/,
    );
  });
});
