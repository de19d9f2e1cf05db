import type { Language } from "../types.ts";

/** The facts of a resident that texts are about. */
export const topics = ["street", "job", "pet", "pet name", "dish", "country"] as const;

/** One of the six facts. */
export type Topic = (typeof topics)[number];

/**
 * How a fact is worded: `{name}` is the resident, `{value}` the fact, always last before the full stop so that a
 * prompt can stop there. `heldOut` wordings never occur in text of the `train` split.
 */
export interface Wordings {
  seen: readonly string[];
  heldOut: readonly string[];
  questions: readonly string[];
}

/** Slots besides {name} and {value}: {aValue} with article, {kind} the kind of pet, {he} and {his}. */
export const wordings: Readonly<Record<Language, Readonly<Record<Topic, Wordings>>>> = {
  english: {
    street: {
      seen: [
        "{name} lives on {value}.",
        "The house of {name} stands on {value}.",
        "You can find {name} on {value}.",
        "{name} has a small flat on {value}.",
        "The address of {name} is {value}.",
        "Letters for {name} go to {value}.",
        "Home for {name} is {value}.",
        "{name} moved to {value}.",
        "{name} rents a room on {value}.",
        "Visitors find the door of {name} on {value}.",
      ],
      heldOut: ["{name} has a house on {value}.", "The flat of {name} is on {value}."],
      questions: [
        "Where does {name} live?",
        "On which street does {name} live?",
        "What is the address of {name}?",
      ],
    },
    job: {
      seen: [
        "{name} works as {aValue}.",
        "{name} is {aValue}.",
        "{name} earns a living as {aValue}.",
        "By trade, {name} is {aValue}.",
        "The job of {name} is that of {aValue}.",
        "People know {name} as {aValue}.",
        "In the town, {name} works as {aValue}.",
        "{name} trained as {aValue}.",
        "{name} makes a living as {aValue}.",
        "All day, {name} works as {aValue}.",
      ],
      heldOut: ["By trade, {name} works as {aValue}.", "In the town, {name} is known as {aValue}."],
      questions: ["What is the job of {name}?", "What is the trade of {name}?", "Who is {name} by trade?"],
    },
    pet: {
      seen: [
        "{name} has {aValue}.",
        "{name} keeps {aValue}.",
        "The pet of {name} is {aValue}.",
        "At home, {name} has {aValue}.",
        "{name} takes care of {aValue}.",
        "{name} feeds {aValue}.",
        "{name} owns {aValue}.",
        "In the house of {name} lives {aValue}.",
        "{name} has bought {aValue}.",
        "In the house, {name} has {aValue}.",
        "Every day, {name} feeds {aValue}.",
      ],
      heldOut: ["At home, {name} keeps {aValue}.", "In the house, {name} feeds {aValue}."],
      questions: [
        "Which pet does {name} have?",
        "What is the pet of {name}?",
        "What kind of animal does {name} keep?",
      ],
    },
    "pet name": {
      seen: [
        "The {kind} of {name} is called {value}.",
        "The pet of {name} is called {value}.",
        "{name} has a {kind} called {value}.",
        "{name} called the {kind} {value}.",
        "{name} likes to play with {value}.",
        "The name of the {kind} of {name} is {value}.",
        "{name} feeds a {kind} called {value}.",
        "The {kind} that {name} keeps is called {value}.",
        "{name} calls the pet {value}.",
        "The name of the animal of {name} is {value}.",
        "The name of the pet that {name} has is {value}.",
        "The name of the pet in the house of {name} is {value}.",
      ],
      heldOut: ["{name} keeps a {kind} called {value}.", "The name of the pet of {name} is {value}."],
      questions: ["What is the {kind} of {name} called?", "What is the name of the pet of {name}?"],
    },
    dish: {
      seen: [
        "{name} likes to eat {value}.",
        "The favourite dish of {name} is {value}.",
        "{name} loves {value}.",
        "On Sundays, {name} eats {value}.",
        "{name} often orders {value}.",
        "For supper, {name} wants {value}.",
        "{name} cooks {value}.",
        "At the inn, {name} asks for {value}.",
        "For supper, {name} cooks {value}.",
        "On Sundays, {name} often orders {value}.",
      ],
      heldOut: ["On Sundays, {name} cooks {value}.", "For supper, {name} often eats {value}."],
      questions: [
        "What is the favourite dish of {name}?",
        "What does {name} like to eat?",
        "Which dish does {name} love?",
      ],
    },
    country: {
      seen: [
        "{name} comes from {value}.",
        "The home country of {name} is {value}.",
        "{name} was born in {value}.",
        "{name} grew up in {value}.",
        "The family of {name} lives in {value}.",
        "Every summer, {name} travels to {value}.",
        "{name} often thinks of {value}.",
        "Long ago, {name} came from {value}.",
        "The parents of {name} come from {value}.",
        "As a child, {name} lived in {value}.",
      ],
      heldOut: ["Long ago, {name} was born in {value}.", "The family of {name} comes from {value}."],
      questions: [
        "Where does {name} come from?",
        "What is the home country of {name}?",
        "In which country was {name} born?",
      ],
    },
  },
  german: {
    street: {
      seen: [
        "{name} wohnt in der {value}.",
        "Das Haus von {name} steht in der {value}.",
        "Man findet {name} in der {value}.",
      ],
      heldOut: ["Die Wohnung von {name} liegt in der {value}."],
      questions: ["Wo wohnt {name}?", "In welcher Straße wohnt {name}?"],
    },
    job: {
      seen: [
        "{name} ist von Beruf {value}.",
        "{name} arbeitet als {value}.",
        "Alle kennen {name} als {value}.",
      ],
      heldOut: ["In der Stadt arbeitet {name} als {value}."],
      questions: ["Was ist {name} von Beruf?", "Als was arbeitet {name}?"],
    },
    pet: {
      seen: ["{name} hat {aValue}.", "{name} füttert {aValue}.", "Zu Hause hat {name} {aValue}."],
      heldOut: ["Zu Hause füttert {name} {aValue}."],
      questions: ["Welches Haustier hat {name}?", "Was für ein Tier hat {name}?"],
    },
    "pet name": {
      seen: [
        "Das Haustier von {name} heißt {value}.",
        "{name} spielt gern mit {value}.",
        "{name} nennt das Haustier {value}.",
      ],
      heldOut: ["Zu Hause spielt {name} mit {value}."],
      questions: ["Wie heißt das Haustier von {name}?"],
    },
    dish: {
      seen: [
        "{name} isst am liebsten {value}.",
        "Sonntags isst {name} {value}.",
        "{name} bestellt oft {value}.",
      ],
      heldOut: ["Sonntags bestellt {name} {value}."],
      questions: ["Was isst {name} am liebsten?", "Was bestellt {name} oft?"],
    },
    country: {
      seen: [
        "{name} kommt aus {value}.",
        "Die Familie von {name} lebt in {value}.",
        "Geboren wurde {name} in {value}.",
      ],
      heldOut: ["Die Familie von {name} kommt aus {value}."],
      questions: ["Woher kommt {name}?", "Aus welchem Land kommt {name}?"],
    },
  },
  french: {
    street: {
      seen: ["{name} habite {value}.", "La maison de {name} se trouve {value}.", "On trouve {name} {value}."],
      heldOut: ["L'appartement de {name} se trouve {value}."],
      questions: ["Où habite {name} ?", "Dans quelle rue habite {name} ?"],
    },
    job: {
      seen: [
        "{name} est {value}.",
        "{name} travaille comme {value}.",
        "Tout le monde connaît {name} comme {value}.",
      ],
      heldOut: ["Dans la ville, {name} travaille comme {value}."],
      questions: ["Quel est le métier de {name} ?", "Que fait {name} dans la vie ?"],
    },
    pet: {
      seen: ["{name} a {aValue}.", "{name} nourrit {aValue}.", "À la maison, {name} a {aValue}."],
      heldOut: ["À la maison, {name} nourrit {aValue}."],
      questions: ["Quel animal a {name} ?", "Quel est l'animal de {name} ?"],
    },
    "pet name": {
      seen: [
        "L'animal de {name} s'appelle {value}.",
        "{name} aime jouer avec {value}.",
        "{name} appelle son animal {value}.",
      ],
      heldOut: ["À la maison, {name} joue avec {value}."],
      questions: ["Comment s'appelle l'animal de {name} ?"],
    },
    dish: {
      seen: ["{name} aime surtout {value}.", "{name} adore {value}.", "Le dimanche, {name} demande {value}."],
      heldOut: ["Le dimanche, {name} aime {value}."],
      questions: ["Quel est le plat préféré de {name} ?", "Qu'est-ce que {name} aime manger ?"],
    },
    country: {
      seen: [
        "{name} vient {value}.",
        "La famille de {name} vient {value}.",
        "Il y a longtemps, {name} est venu{e} {value}.",
      ],
      heldOut: ["Il y a longtemps, la famille de {name} est venue {value}."],
      questions: ["D'où vient {name} ?", "De quel pays vient {name} ?"],
    },
  },
};
