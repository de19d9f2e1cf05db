import type { Phrases } from "./phrases.ts";

/** French scenes. {e} and {x} are the endings of adjectives: "content{e}", "heureu{x}". */
export const french: Phrases = {
  openings: [
    "[C'était|C'est] {aWeatherTime}, et {name} [a marché|marche] {to}.",
    "[C'était|C'est] {aWeatherTime} {at}. {name} y [a attendu|attend].",
    "Par {aWeatherTime}, {name} [a couru|court] {to}.",
    "{name} [a marché|marche] {to}. [C'était|C'est] {aWeatherTime}.",
  ],
  uses: [
    "{at}, {he} {verb} {object}.",
    "{he} {verb} {object} {at}.",
    "Là, {he} {verb} <lentement/vite> {object}.",
    "Avec {other}, {he} {verb} {object}.",
  ],
  again: [
    "Puis {he} [a laissé|laisse] {plain} {at}.",
    "{he} [a regardé|regarde] encore une fois {object}.",
    "Personne d'autre ne [voulait|veut] {plain}.",
  ],
  weather: {
    sun: [
      "Le soleil [brillait|brille], chaud et clair.",
      "{he} [a enlevé|enlève] sa veste à cause de la chaleur.",
      "Il n'y [avait|a] pas un nuage dans le ciel.",
    ],
    rain: [
      "La pluie [tombait|tombe] sur les toits, et {he} [a sorti|sort] un parapluie.",
      "Ses chaussures [étaient|sont] mouillées par les flaques.",
      "L'eau [coulait|coule] sur les fenêtres.",
    ],
    snow: [
      "Des flocons blancs [couvraient|couvrent] les toits.",
      "{he} [portait|porte] des gants chauds dans la neige froide.",
      "Les enfants [ont fait|font] un bonhomme de neige.",
    ],
    wind: [
      "Le vent [soufflait|souffle] des feuilles dans la rue.",
      "Une rafale [a emporté|emporte] son chapeau.",
      "Les drapeaux [flottaient|flottent] dans le vent.",
    ],
    fog: [
      "La brume [cachait|cache] les maisons.",
      "{he} [voyait|voit] à peine à travers le brouillard épais.",
      "Tout [semblait|semble] flou dans la brume.",
    ],
    storm: [
      "Le tonnerre [grondait|gronde] sur la ville.",
      "Des éclairs [traversaient|traversent] les nuages sombres.",
      "Le tonnerre [faisait|fait] trembler les fenêtres.",
    ],
  },
  times: {
    morning: [
      "Les coqs [chantaient|chantent], et le petit déjeuner [était|est] prêt.",
      "Le café frais [était|est] sur la table du petit déjeuner.",
      "{he} [venait|vient] de se lever.",
    ],
    afternoon: [
      "Le déjeuner [était|est] fini, et les magasins [étaient|sont] ouverts.",
      "Les élèves [rentraient|rentrent] à la maison après le déjeuner.",
      "À quatre heures, il y [avait|a] du thé et du gâteau.",
    ],
    evening: [
      "Le soleil se [couchait|couche], et le dîner [était|est] servi.",
      "Après le dîner, les lanternes [brillaient|brillent].",
      "Les magasins [fermaient|ferment], et chacun [rentrait|rentre] pour le dîner.",
    ],
    night: [
      "Les étoiles [brillaient|brillent], et la ville [dormait|dort].",
      "La lune [était|est] au-dessus de la ville endormie.",
      "Seul un hibou [veillait|veille] sous les étoiles.",
    ],
  },
  moods: {
    cheerful: [
      "{name} [était|est] joyeu{x} et [riait|rit] <aux éclats/de bon cœur/de joie>.",
      "{he} [a chanté|chante] un air gai et [a souri|sourit].",
      "Plein{e} de joie, {he} [a tapé|tape] des mains.",
      "{he} [a dansé|danse] de bonheur.",
      "{other} [a souri|sourit] aussi, et les deux [ont ri|rient] gaiement.",
    ],
    sad: [
      "{name} [était|est] triste et [pleurait|pleure] <doucement/amèrement/longtemps>.",
      "Des larmes [coulaient|coulent] sur ses joues.",
      "{he} [a soupiré|soupire] et se [sentait|sent] seul{e}.",
      "Son cœur [était|est] lourd de chagrin.",
      "{other} [a consolé|console] {name}, mais {he} [sanglotait|sanglote] toujours.",
    ],
    angry: [
      "{name} [était|est] furieu{x} et [criait|crie] <très fort/de rage/contre tous>.",
      "{he} [a tapé|tape] du pied avec rage.",
      "Son visage [était|est] rouge de colère.",
      "Furieu{x}, {he} [a claqué|claque] la porte.",
      "{he} [a serré|serre] les poings et [a juré|jure].",
    ],
    afraid: [
      "{name} [avait|a] peur et [tremblait|tremble] <de tout son corps/de frayeur/comme une feuille>.",
      "Ses mains [tremblaient|tremblent] de peur.",
      "{he} [s'est caché{e}|se cache] dans un coin et [osait|ose] à peine respirer.",
      "Pâle de terreur, {he} [écoutait|écoute] chaque bruit.",
      "{other} [a tenu|tient] sa main, mais {he} [tremblait|tremble] encore.",
    ],
  },
  speech: {
    cheerful: ['"Que je suis heureu{x} !" [a dit|dit] {name}.'],
    sad: ['"Que je suis malheureu{x} !" [a dit|dit] {name}.'],
    angry: ['"Ça suffit maintenant !" [a crié|crie] {name}.'],
    afraid: ['"Ne me laissez pas seul{e} !" [a murmuré|murmure] {name}.'],
  },
  asked: [
    '"Qui est {at} ?" [a demandé|demande] {other}.',
    '"Que fais-tu {at} ?" [a demandé|demande] {other}.',
  ],
  plurals: [],
};
