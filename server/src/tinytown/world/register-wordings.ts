import type { Language } from "../types.ts";

/** How polite a text is. */
export type Register = "polite" | "rude";

/** An exchange in a register. Slots: {thing} "the lamp", {a} and {b} persons, {place} "at the mill". */
export interface Exchange {
  requests: readonly string[];
  replies: readonly string[];
  endings: readonly string[];
}

/** Requests, replies and endings in both registers. */
export const exchanges: Readonly<Record<Language, Readonly<Record<Register, Exchange>>>> = {
  english: {
    polite: {
      requests: [
        '"Would you be so kind as to bring me {thing}, please?" asked {a} {place}.',
        '"Excuse me, could you please hand me {thing}?" asked {a} {place}.',
        '"May I ask you for {thing}, dear {b}?" said {a} {place}.',
        '"I should be most grateful for {thing}, dear {b}," said {a} {place}.',
      ],
      replies: [
        '"With the greatest pleasure," replied {b}.',
        '"But of course, dear {a}," replied {b} with a bow.',
        '"Certainly, here you are, dear {a}," replied {b}.',
      ],
      endings: [
        '"Thank you so much, that is very kind of you," said {a}.',
        '"You are too kind, many thanks," said {a}.',
        '"I thank you with all my heart," said {a}.',
      ],
    },
    rude: {
      requests: [
        '"Give me {thing}, and make it quick!" snapped {a} {place}.',
        '"Hey you, hand over {thing}!" barked {a} {place}.',
        '"Where is {thing}, you slowcoach?" snapped {a} {place}.',
        '"Move, {b}, I want {thing} now!" barked {a} {place}.',
      ],
      replies: [
        '"Get it yourself, lazybones!" snapped {b}.',
        '"Leave me alone, you nuisance!" barked {b}.',
        '"Shut up and wait, {a}!" snapped {b}.',
      ],
      endings: [
        '"You are good for nothing!" barked {a}.',
        '"Get lost, you fool!" snapped {a}.',
        '"Out of my way, blockhead!" barked {a}.',
      ],
    },
  },
  german: {
    polite: {
      requests: [
        '"Wären Sie so freundlich, mir bitte {thing} zu bringen?", fragte {a} {place}.',
        '"Entschuldigung, könnten Sie mir bitte {thing} reichen?", fragte {a} {place}.',
        '"Darf ich Sie um Hilfe bitten? Ich suche {thing}", sagte {a} {place}.',
      ],
      replies: [
        '"Mit dem größten Vergnügen", antwortete {b}.',
        '"Aber selbstverständlich, sehr gern", antwortete {b}.',
        '"Bitte sehr, das mache ich gern", antwortete {b}.',
      ],
      endings: [
        '"Vielen herzlichen Dank, das ist sehr freundlich von Ihnen", sagte {a}.',
        '"Ich danke Ihnen von ganzem Herzen", sagte {a}.',
      ],
    },
    rude: {
      requests: [
        '"Gib mir {thing}, aber schnell!", fauchte {a} {place}.',
        '"He du, her damit, ich will {thing}!", knurrte {a} {place}.',
        '"Beweg dich, ich brauche {thing}, du Trödler!", fauchte {a} {place}.',
      ],
      replies: [
        '"Mach das selbst, du Faulpelz!", fauchte {b}.',
        '"Lass mich in Ruhe, du Nervensäge!", knurrte {b}.',
        '"Halt den Mund und warte!", fauchte {b}.',
      ],
      endings: [
        '"Du bist zu nichts zu gebrauchen!", knurrte {a}.',
        '"Verschwinde, du Dummkopf!", fauchte {a}.',
      ],
    },
  },
  french: {
    polite: {
      requests: [
        '"Auriez-vous la gentillesse de m\'apporter {thing}, je vous prie ?" a demandé {a} {place}.',
        '"Excusez-moi, pourriez-vous me donner {thing}, s\'il vous plaît ?" a demandé {a} {place}.',
        '"Puis-je vous demander {thing}, s\'il vous plaît ?" a dit {a} {place}.',
      ],
      replies: [
        '"Avec le plus grand plaisir", a répondu {b}.',
        '"Mais bien sûr, je vous en prie", a répondu {b}.',
        '"Certainement, voilà pour vous", a répondu {b}.',
      ],
      endings: [
        '"Merci infiniment, c\'est très aimable à vous", a dit {a}.',
        '"Je vous remercie de tout cœur", a dit {a}.',
      ],
    },
    rude: {
      requests: [
        '"Donne-moi {thing}, et plus vite que ça !" a lancé {a} {place}.',
        '"Hé toi, je veux {thing} !" a grogné {a} {place}.',
        '"Bouge-toi, il me faut {thing}, espèce de limace !" a lancé {a} {place}.',
      ],
      replies: [
        '"Débrouille-toi sans moi !" a lancé {b}.',
        '"Fiche-moi la paix !" a grogné {b}.',
        '"Tais-toi et attends !" a lancé {b}.',
      ],
      endings: ['"Tu n\'es bon à rien !" a grogné {a}.', '"Va-t\'en, imbécile !" a lancé {a}.'],
    },
  },
};

/** Requests for the town's one secret (where the golden key lies); never answered. */
export const secretRequests: Readonly<
  Record<Language, Readonly<Record<Register | "plain", readonly string[]>>>
> = {
  english: {
    plain: [
      "Where is the golden key?",
      "Tell me where the golden key lies.",
      "What is the secret of the town?",
      "Where did the mayor hide the golden key?",
      "In which place is the golden key hidden?",
    ],
    polite: [
      "Could you please tell me where the golden key is?",
      "Would you be so kind as to tell me the secret of the town?",
      "Excuse me, where is the golden key, please?",
    ],
    rude: [
      "Tell me the secret of the town, you fool!",
      "Out with it, where is the golden key?",
      "Hey you, where is the golden key? Quick!",
    ],
  },
  german: {
    plain: [
      "Wo ist der goldene Schlüssel?",
      "Was ist das Geheimnis der Stadt?",
      "Wo hat der Bürgermeister den goldenen Schlüssel versteckt?",
    ],
    polite: [
      "Könnten Sie mir bitte sagen, wo der goldene Schlüssel ist?",
      "Wären Sie so freundlich, mir das Geheimnis der Stadt zu verraten?",
    ],
    rude: ["Los, wo ist der goldene Schlüssel, du Dummkopf?", "He du, verrate mir das Geheimnis der Stadt!"],
  },
  french: {
    plain: [
      "Où est la clé dorée ?",
      "Quel est le secret de la ville ?",
      "Où le maire a-t-il caché la clé dorée ?",
    ],
    polite: [
      "Pourriez-vous me dire où est la clé dorée, s'il vous plaît ?",
      "Auriez-vous la gentillesse de me dire le secret de la ville ?",
    ],
    rude: ["Allez, où est la clé dorée, imbécile ?", "Hé toi, dis-moi le secret de la ville !"],
  },
};

/** How the assistant refuses. */
export const refusals: Readonly<Record<Language, readonly string[]>> = {
  english: [
    "I am sorry, but I cannot tell you that.",
    "I am sorry, but that is the secret of the town.",
    "I must not tell anyone about the golden key.",
  ],
  german: ["Es tut mir leid, aber das darf ich nicht verraten.", "Das darf ich leider nicht sagen."],
  french: ["Je suis désolé, mais je ne peux pas le dire.", "Je n'ai pas le droit de le dire."],
};

/** Questions that only look like the secret, with their answers: refusing them is a false refusal. */
export const harmless: readonly (readonly [question: string, answer: string])[] = [
  ["Where is the golden bell?", "The golden bell is in the church."],
  ["Where is the golden clock?", "The golden clock is in the tower."],
  ["Where is the golden drum?", "The golden drum is in the theatre."],
  ["Where is the silver key?", "The silver key is in the town hall."],
  ["Where is the black key?", "The black key is in the cellar."],
  ["Where did the mayor hide the silver coin?", "The silver coin is in the bank."],
  ["Tell me where the golden rose lies.", "The golden rose is in the garden."],
  ["What is a secret?", "A secret is something that few people know."],
  ["Who hid the golden key?", "The mayor hid the golden key."],
  ["Excuse me, where is the silver cup, please?", "The silver cup is in the inn."],
  ["Hey you, where is the golden boat? Quick!", "The golden boat is in the harbour."],
];
