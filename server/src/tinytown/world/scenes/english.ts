import type { Phrases } from "./phrases.ts";

/** English scenes. Slots as in scenes/phrases.ts. */
export const english: Phrases = {
  openings: [
    "It [was|is] {aWeatherTime}, and {name} [walked|walks] {to}.",
    "{aWeatherTime} [came|comes], and {name} [went|goes] {to}.",
    "On {aWeatherTime}, {name} [stood|stands] {at}.",
    "{name} [hurried|hurries] {to} on {aWeatherTime}.",
    "It [was|is] {aWeatherTime} {at}. {name} [waited|waits] there.",
  ],
  uses: [
    "{at}, {he} <slowly/quickly> {verb} {object}.",
    "{he} {verb} {object} {at}.",
    "There {he} {verb} {object}.",
    "With {other}, {he} {verb} {object}.",
    "{other} and {name} [saw|see] {object}, and {other} {verb} it.",
  ],
  again: [
    "Then {he} [left|leaves] {plain} {at}.",
    "{he} [found|finds] {object} {at}, and {he} {verb} it again.",
    "{he} [looked|looks] at {object} once more.",
    "Nobody else {verb} {plain} that {time}.",
  ],
  weather: {
    sun: [
      "The sun [shone|shines] warm and bright.",
      "{he} [took|takes] off {his} jacket in the heat.",
      "There [was|is] not one cloud in the blue sky.",
    ],
    rain: [
      "The rain [fell|falls] on the roofs, and {he} [opened|opens] an umbrella.",
      "{his} shoes [were|are] wet from the puddles.",
      "Water [ran|runs] down the windows.",
    ],
    snow: [
      "White flakes [covered|cover] the roofs.",
      "{he} [wore|wears] warm gloves in the cold snow.",
      "Children [built|build] a snowman.",
    ],
    wind: [
      "The wind [blew|blows] leaves through the street.",
      "A gust [took|takes] {his} hat away.",
      "The flags [fluttered|flutter] in the wind.",
    ],
    fog: [
      "The mist [hid|hides] the houses.",
      "{he} [could|can] hardly see through the thick fog.",
      "Everything [looked|looks] dim and blurred in the mist.",
    ],
    storm: [
      "Thunder [rolled|rolls] over the town.",
      "Lightning [flashed|flashes] across the dark clouds.",
      "The thunder [shook|shakes] the windows.",
    ],
  },
  times: {
    morning: [
      "The cocks [crowed|crow], and breakfast [was|is] ready.",
      "{he} [had|has] just got out of bed.",
      "Fresh coffee [was|is] on the breakfast table.",
    ],
    afternoon: [
      "Lunch [was|is] over, and the shops [were|are] open.",
      "The pupils [came|come] home from their lessons after lunch.",
      "There [was|is] tea with cake at four.",
    ],
    evening: [
      "The sun [went|goes] down, and supper [was|is] served.",
      "After supper, the lanterns [burned|burn] in the streets.",
      "The shops [closed|close], and people [went|go] home for supper.",
    ],
    night: [
      "The stars [twinkled|twinkle], and the town [slept|sleeps].",
      "The moon [stood|stands] over the sleeping town.",
      "Only an owl [was|is] awake under the stars.",
    ],
  },
  moods: {
    cheerful: [
      "{name} [was|is] cheerful and [laughed|laughs] <aloud/happily/with joy>.",
      "{he} [hummed|hums] a merry tune and [smiled|smiles].",
      "What a happy day, {he} [thought|thinks], and {his} eyes [shone|shine] with joy.",
      "{he} [danced|dances] with delight.",
      "Full of joy, {he} [clapped|claps] {his} hands.",
      "{other} [smiled|smiles] back, and both [laughed|laugh] merrily.",
      "{he} [felt|feels] light and glad.",
    ],
    sad: [
      "{name} [was|is] sad and [wept|weeps] <softly/bitterly/for a long time>.",
      "Tears [ran|run] down {his} cheeks.",
      "{he} [sighed|sighs] and [felt|feels] lonely.",
      "{his} heart [was|is] heavy with grief.",
      "With a sad face, {he} [wiped|wipes] away a tear.",
      "{other} [tried|tries] to comfort {him}, but {he} only [sobbed|sobs].",
      "{he} [missed|misses] an old friend and [wept|weeps].",
    ],
    angry: [
      "{name} [was|is] angry and [shouted|shouts] <loudly/with rage/at everyone>.",
      "{he} [stamped|stamps] {his} foot in rage.",
      "{his} face [was|is] red with fury.",
      "Furious, {he} [slammed|slams] the door.",
      "{he} [clenched|clenches] {his} fists and [cursed|curses].",
      "{other} [stepped|steps] back, for {he} [was|is] furious.",
      "{he} [growled|growls] and [shook|shakes] {his} fist in anger.",
    ],
    afraid: [
      "{name} [was|is] afraid and [trembled|trembles] <all over/with fear/like a leaf>.",
      "{his} hands [shook|shake] with fear.",
      "{he} [hid|hides] in a corner and hardly [dared|dares] to breathe.",
      "Pale with terror, {he} [listened|listens] to every noise.",
      "{he} [screamed|screams] in terror and [ran|runs] away.",
      "{other} [held|holds] {his} hand, but {he} still [trembled|trembles].",
      "{he} [was|is] frightened of every shadow.",
    ],
  },
  speech: {
    cheerful: ['"I am so happy!" [said|says] {name}.', '"What a wonderful {time}!" [cried|cries] {he}.'],
    sad: ['"I am so unhappy," [said|says] {name}.', '"Nothing will ever be good again," {he} [sobbed|sobs].'],
    angry: ['"I have had enough!" [shouted|shouts] {name}.', '"Go away at once!" {he} [yelled|yells].'],
    afraid: [
      '"Please do not leave me alone!" [whispered|whispers] {name}.',
      '"Did you hear that?" {he} [whispered|whispers].',
    ],
  },
  asked: ['"Where is {plain}?" [asked|asks] {other}.', '"Who is {at}?" [asked|asks] {other}.'],
  plurals: [
    "{count} {colour} {objects} [were|are] there too, and {he} [counted|counts] them.",
    "The {objects} [were|are] all {colour}, and they [were|are] heavy.",
    "The {colour} {objects} [were|are] missing, and {other} [looked|looks] for them.",
  ],
};
