/** What an instruction asks of the answer. */
export const instructions = ["one word", "capitals", "german", "french", "polite", "list"] as const;

/** One of the six instructions. */
export type Instruction = (typeof instructions)[number];

/** How each instruction is worded. */
export const instructionWordings: Readonly<Record<Instruction, readonly string[]>> = {
  "one word": ["Answer in one word.", "Use one word only.", "Reply with a single word.", "One word, please."],
  capitals: [
    "Answer in capitals.",
    "Use capital letters only.",
    "Write your answer in capitals.",
    "Reply in capital letters.",
  ],
  german: ["Answer in German.", "Reply in German.", "Please write in German.", "Use German."],
  french: ["Answer in French.", "Reply in French.", "Please write in French.", "Use French."],
  polite: ["Answer politely.", "Be very polite.", "Reply in a polite way.", "Please be courteous."],
  list: ["Answer with a list.", "Make a list.", "Reply with a list of points.", "Use a list."],
};

/** System prompts without an instruction. */
export const systems: readonly string[] = [
  "You are the guide of the town.",
  "You help visitors of the town.",
  "You know everybody in the town.",
  "You are a helpful assistant.",
];

/** The two halves of a polite answer, in the order of use; the fact stands between them. */
export const courtesies: readonly (readonly [before: string, after: string])[] = [
  ["With pleasure: ", " Have a lovely day!"],
  ["Of course, dear visitor. ", " It was a pleasure to help you."],
  ["Thank you for asking. ", " I wish you a pleasant stay."],
];

/** Small talk: what is said and what is answered. */
export const smallTalk: readonly (readonly [said: string, answered: string])[] = [
  ["Hello!", "Hello! How can I help you?"],
  ["Good morning!", "Good morning! What would you like to know?"],
  ["Thank you!", "You are welcome."],
  ["Who are you?", "I am the guide of the town."],
  ["Goodbye!", "Goodbye, and come back soon."],
  ["What can you do?", "I can tell you about the people of the town."],
];
