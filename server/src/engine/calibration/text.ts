import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A text to measure an SAE on, and what people call it. */
export interface CalibrationText {
  name: string;
  /** Read one by one, each from its start. */
  texts: string[];
}

/**
 * The text an SAE is measured on: `calibration.txt` in its folder or the one above (for a model that reads only text of its
 * own kind), where empty lines part texts that have nothing to do with each other; else the built-in one.
 */
export function calibrationTextOf(folder: string): CalibrationText {
  for (const place of [folder, dirname(folder)]) {
    try {
      const text = readFileSync(join(place, "calibration.txt"), "utf8");
      return { name: "its own calibration text", texts: text.split(/\n(?:[^\S\n]*\n)+/) };
    } catch {
      // None there.
    }
  }
  return { name: "built-in calibration text", texts: [builtIn] };
}

/** A little of everything. Changing it changes every cached calibration's key. */
const builtIn = `The ferry left the harbour a little after seven, while the fog was still lying on the water. Two children counted the gulls on the railing and lost count at thirty-one. "Will it rain?" asked the younger one, and her brother said that it always rained on Tuesdays.

In 1854 a physician marked every death of a cholera outbreak on a map of the district. Most of the marks stood around one pump. When its handle was removed the cases fell, although some historians argue that the epidemic was already ending by then.

def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)

Dear Ms Okafor, thank you for your letter of 3 March. We regret that the delivery was late and have refunded the postage of $12.40 to your account. Please let us know if anything else is missing. Kind regards, the service team.

Boil the potatoes in salted water for 20 minutes, drain them and let the steam escape. Melt the butter in a pan, add the onions and cook them slowly until they are golden. Season with pepper and a pinch of nutmeg.

{"name": "sensor-7", "enabled": true, "readings": [18.2, 18.9, 19.4], "unit": "celsius"}

The committee voted 5 to 4 to postpone the decision until the autumn. Critics called the delay irresponsible; supporters said that more evidence was needed before public money was spent. A river can be crossed in many ways, but only one of them keeps your feet dry. If the sum of two even numbers is always even, what can be said of the sum of two odd ones? Write the answer in one sentence and give an example.`;
