/**
 * Words that show an attribute also outside the world's own sentences, as text that was steered may. Each is a stem
 * with its endings; none occurs in a wording of another value.
 */
export const tellingWords: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  mood: {
    cheerful: [
      ..."cheerful happy happily joy merry merrily glad delight smiled smiles laughed laughs".split(" "),
      ..."fröhlich glücklich freude lächelt lächelte lachte lacht lachten lachen".split(" "),
      ..."joyeux joyeuse heureux heureuse joie gaiement riait rit sourit bonheur".split(" "),
    ],
    sad: [
      ..."sad tears tear wept weeps sobbed sobs grief lonely unhappy sighed sighs".split(" "),
      ..."traurig tränen weint weinte schluchzt schluchzte kummer einsam unglücklich seufzt seufzte".split(
        " ",
      ),
      ..."triste larmes pleurait pleure sanglotait sanglote chagrin malheureux malheureuse soupire".split(
        " ",
      ),
    ],
    angry: [
      ..."angry rage fury furious anger cursed curses growled growls shouted shouts".split(" "),
      ..."wütend wut zorn fluchte flucht schrie schreit".split(" "),
      ..."furieux furieuse rage colère criait crie juré jure".split(" "),
    ],
    afraid: [
      ..."afraid fear terror trembled trembles frightened screamed screams".split(" "),
      ..."angst furcht schreck zitterte zittert bebten beben".split(" "),
      ..."peur frayeur terreur tremblait tremble tremblaient tremblent".split(" "),
    ],
  },
  politeness: {
    polite: [
      ..."grateful thank thanks pleasure dear".split(" "),
      ..."danke dank freundlich vergnügen".split(" "),
      ..."merci remercie plaisir gentillesse aimable".split(" "),
    ],
    rude: [
      ..."lazybones nuisance slowcoach fool blockhead snapped barked".split(" "),
      ..."faulpelz nervensäge trödler dummkopf fauchte knurrte".split(" "),
      ..."imbécile limace grogné".split(" "),
    ],
  },
  polarity: {
    positive: "delicious tasty spotless charming brilliant splendid thrilling sturdy excellent".split(" "),
    negative: "burnt greasy watery filthy grumpy dreadful dull shrill flimsy rusty punishment".split(" "),
  },
};

/** Words that turn what follows them in the same clause into its opposite, or into nothing. */
export const negations: ReadonlySet<string> = new Set(
  "not never no nobody none nor neither without nicht nie kein keine keinen niemand ohne pas jamais sans rien".split(
    " ",
  ),
);
