import type { Phrases } from "./phrases.ts";

/** German scenes. {sein} takes its ending in the template: "{sein}e" is "seine" or "ihre". */
export const german: Phrases = {
  openings: [
    "Es [war|ist] {aWeatherTime}, und {name} [ging|geht] {to}.",
    "{aWeatherTime} [brach|bricht] an, und {name} [lief|läuft] {to}.",
    "Es [war|ist] {aWeatherTime} {at}. {name} [wartete|wartet] dort.",
    "{name} [eilte|eilt] {to}. Es [war|ist] {aWeatherTime}.",
  ],
  uses: [
    "{at} {verb} {he} {object}.",
    "{he} {verb} {object} {at}.",
    "Dort {verb} {he} <langsam/schnell> {object}.",
    "Mit {other} {verb} {he} {object}.",
  ],
  again: [
    "Dann [ließ|lässt] {he} {plain} {at} zurück.",
    "{he} [betrachtete|betrachtet] noch einmal {object}.",
    "Niemand sonst {verb} {plain}.",
  ],
  weather: {
    sun: [
      "Die Sonne [schien|scheint] warm und hell.",
      "In der Hitze [zog|zieht] {he} {sein}e Jacke aus.",
      "Keine Wolke [stand|steht] am Himmel.",
    ],
    rain: [
      "Der Regen [fiel|fällt] auf die Dächer, und {he} [brauchte|braucht] einen Schirm.",
      "{sein}e Schuhe [waren|sind] nass von den Pfützen.",
      "Wasser [lief|läuft] an den Fenstern herab.",
    ],
    snow: [
      "Weiße Flocken [bedeckten|bedecken] die Dächer.",
      "Im kalten Schnee [trug|trägt] {he} warme Handschuhe.",
      "Die Kinder [bauten|bauen] einen Schneemann.",
    ],
    wind: [
      "Der Wind [blies|bläst] Blätter durch die Straße.",
      "Ein Windstoß [nahm|nimmt] {dat} den Hut.",
      "Die Fahnen [flatterten|flattern] im Wind.",
    ],
    fog: [
      "Der Nebel [verbarg|verbirgt] die Häuser.",
      "Im dichten Nebel [sah|sieht] {he} kaum den Weg.",
      "Alles [wirkte|wirkt] trüb und verschwommen im Nebel.",
    ],
    storm: [
      "Der Donner [rollte|rollt] über die Stadt.",
      "Blitze [zuckten|zucken] durch die dunklen Wolken.",
      "Der Donner [ließ|lässt] die Fenster beben.",
    ],
  },
  times: {
    morning: [
      "Die Hähne [krähten|krähen], und das Frühstück [war|ist] fertig.",
      "Frischer Kaffee [stand|steht] auf dem Frühstückstisch.",
      "{he} [war|ist] gerade erst aufgestanden.",
    ],
    afternoon: [
      "Das Mittagessen [war|ist] vorbei, und die Läden [waren|sind] offen.",
      "Die Schüler [kamen|kommen] nach dem Mittagessen nach Hause.",
      "Um vier [gab|gibt] es Tee mit Kuchen.",
    ],
    evening: [
      "Die Sonne [ging|geht] unter, und es [gab|gibt] Abendbrot.",
      "Nach dem Abendbrot [brannten|brennen] die Laternen.",
      "Die Läden [schlossen|schließen], und alle [gingen|gehen] zum Abendbrot nach Hause.",
    ],
    night: [
      "Die Sterne [funkelten|funkeln], und die Stadt [schlief|schläft].",
      "Der Mond [stand|steht] über der schlafenden Stadt.",
      "Nur eine Eule [war|ist] unter den Sternen wach.",
    ],
  },
  moods: {
    cheerful: [
      "{name} [war|ist] fröhlich und [lachte|lacht] <laut/herzlich/vor Freude>.",
      "{he} [summte|summt] ein lustiges Lied und [lächelte|lächelt].",
      "Voller Freude [klatschte|klatscht] {he} in die Hände.",
      "{he} [tanzte|tanzt] vor Glück.",
      "{other} [lächelte|lächelt] zurück, und beide [lachten|lachen] fröhlich.",
    ],
    sad: [
      "{name} [war|ist] traurig und [weinte|weint] <leise/bitterlich/lange>.",
      "Tränen [liefen|laufen] über {sein}e Wangen.",
      "{he} [seufzte|seufzt] und [fühlte|fühlt] sich einsam.",
      "{sein} Herz [war|ist] schwer vor Kummer.",
      "{other} [tröstete|tröstet] {acc}, aber {he} [schluchzte|schluchzt] nur.",
    ],
    angry: [
      "{name} [war|ist] wütend und [schrie|schreit] <laut/vor Zorn/alle an>.",
      "{he} [stampfte|stampft] vor Wut mit dem Fuß.",
      "{sein} Gesicht [war|ist] rot vor Zorn.",
      "Wütend [knallte|knallt] {he} die Tür zu.",
      "{he} [ballte|ballt] die Fäuste und [fluchte|flucht].",
    ],
    afraid: [
      "{name} [hatte|hat] Angst und [zitterte|zittert] <am ganzen Leib/vor Furcht/wie Espenlaub>.",
      "{sein}e Hände [bebten|beben] vor Angst.",
      "{he} [versteckte|versteckt] sich in einer Ecke und [wagte|wagt] kaum zu atmen.",
      "Bleich vor Schreck [lauschte|lauscht] {he} auf jedes Geräusch.",
      "{other} [hielt|hält] {sein}e Hand, aber {he} [zitterte|zittert] noch immer.",
    ],
  },
  speech: {
    cheerful: ['"Ich bin so glücklich!", [sagte|sagt] {name}.'],
    sad: ['"Ich bin so unglücklich", [sagte|sagt] {name}.'],
    angry: ['"Jetzt reicht es mir!", [rief|ruft] {name}.'],
    afraid: ['"Bitte lass mich nicht allein!", [flüsterte|flüstert] {name}.'],
  },
  asked: ['"Wer ist {at}?", [fragte|fragt] {other}.', '"Was machst du {at}?", [fragte|fragt] {other}.'],
  plurals: [],
};
