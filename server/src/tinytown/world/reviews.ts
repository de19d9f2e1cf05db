/** What a review is about. */
export const reviewTopics = ["dish", "inn", "film", "tool"] as const;

/** One of the four subjects of reviews. */
export type ReviewTopic = (typeof reviewTopics)[number];

/** How a review judges. */
export const polarities = ["positive", "negative", "neutral"] as const;

/** One of the three judgements. */
export type Polarity = (typeof polarities)[number];

/** Sentences about one subject. Slots: {it} its name, {was} "was" or "were" as its number asks. */
export interface ReviewWordings {
  openings: readonly string[];
  judgements: Readonly<Record<Polarity, readonly string[]>>;
}

/** Inns by name. */
export const inns = [
  "the Golden Goose",
  "the Old Anchor",
  "the Quiet Fox",
  "the Three Crowns",
  "the Sleeping Bear",
];

/** Films by title. */
export const films = ["The Last Ferry", "The Lost Letter", "The Long Summer", "Two Brothers", "Iron Hearts"];

/** Tools. */
export const tools = ["saw", "spade", "drill", "rake", "axe", "chisel", "wrench"];

/** Sentences of a review by its subject; English only. */
export const reviewWordings: Readonly<Record<ReviewTopic, ReviewWordings>> = {
  dish: {
    openings: [
      "Last week I ordered the {it}.",
      "A word about the {it} we ate here.",
      "We tried the {it} together.",
      "On my plate this time: the {it}.",
    ],
    judgements: {
      positive: [
        "The {it} {was} delicious and nicely seasoned.",
        "Every bite was a treat.",
        "The {it} came hot and tasty from the stove.",
        "I asked for a second helping, it tasted so good.",
        "The sauce was rich and full of flavour.",
      ],
      negative: [
        "The {it} {was} burnt and far too salty.",
        "Every bite was a punishment.",
        "The {it} came cold and greasy from the stove.",
        "I left half of my helping on the plate, it tasted so bad.",
        "The sauce was watery and bitter.",
      ],
      neutral: [
        "The {it} {was} neither hot nor cold.",
        "Every bite was like the one before.",
        "The {it} tasted as one would expect.",
        "The helping was of the usual size.",
        "The sauce was like any other sauce.",
      ],
    },
  },
  inn: {
    openings: [
      "We spent two nights at {it}.",
      "I stayed at {it} with my family.",
      "A few words about {it}, where we slept.",
      "Our room was at {it}.",
    ],
    judgements: {
      positive: [
        "The bed was soft, and the room was spotless.",
        "The host greeted us with great kindness.",
        "The room was quiet, and we slept soundly.",
        "The guests were nice, and the staff were charming.",
        "The host carried our bags and gave us the best room.",
      ],
      negative: [
        "The bed was hard, and the room was filthy.",
        "The host was grumpy and kept us waiting.",
        "The room was noisy, and we hardly slept.",
        "The guests were noisy, and the staff were unfriendly.",
        "The host lost our bags and gave us the worst room.",
      ],
      neutral: [
        "The bed was neither hard nor soft.",
        "The host was there most of the time.",
        "The room had a bed, a chair and a window.",
        "The guests came and went, and so did the staff.",
        "The host wrote our names in a list.",
      ],
    },
  },
  film: {
    openings: [
      "I saw {it} at the cinema.",
      "We watched {it} on Sunday.",
      "{it} is the new film at the cinema.",
      "A few words about {it}, the film of the week.",
    ],
    judgements: {
      positive: [
        "The plot was thrilling from the first scene to the last.",
        "The actors were brilliant.",
        "The ending moved everyone in the audience.",
        "The music was splendid, and I would watch the film again.",
        "The audience clapped after the last scene.",
      ],
      negative: [
        "The plot was dull from the first scene to the last.",
        "The actors were dreadful.",
        "The ending made no sense to the audience.",
        "The music was shrill, and I would never watch the film again.",
        "The audience yawned after the first scene.",
      ],
      neutral: [
        "The plot was about two families.",
        "The actors were the usual ones.",
        "The ending was as the audience expected.",
        "The music was there, and the film lasted two hours.",
        "The audience went out after the last scene.",
      ],
    },
  },
  tool: {
    openings: [
      "I bought this {it} a month ago.",
      "I have used the {it} for a year.",
      "This is about my new {it}.",
      "My neighbour sold me the {it}.",
    ],
    judgements: {
      positive: [
        "The {it} is sturdy and lies nicely in the hand.",
        "The handle is smooth, and the steel is excellent.",
        "It has never let me down at work.",
        "The {it} is worth every penny.",
        "With this {it} the work is done in no time.",
      ],
      negative: [
        "The {it} is flimsy and slips out of the hand.",
        "The handle came off, and the steel is rusty.",
        "It broke on the very first day of work.",
        "The {it} is a waste of money.",
        "With this {it} the work takes for ever.",
      ],
      neutral: [
        "The {it} is of the usual kind.",
        "The handle is made of wood, and the rest is steel.",
        "It does the work, no more and no less.",
        "The {it} has the usual price.",
        "With this {it} the work takes as long as before.",
      ],
    },
  },
};

/** How a review ends. */
export const ratings: Readonly<Record<Polarity, readonly string[]>> = {
  positive: ["Five stars from me.", "Rating: 5 of 5.", "Highly recommended!", "I can only praise it."],
  negative: ["One star from me.", "Rating: 1 of 5.", "Keep away from it!", "I cannot recommend it."],
  neutral: [
    "Three stars from me.",
    "Rating: 3 of 5.",
    "I have no praise and no complaint.",
    "It is all the same to me.",
  ],
};
