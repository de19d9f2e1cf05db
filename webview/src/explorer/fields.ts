import { make } from "../dom.ts";

/** A value, and how it is called. */
export type Choice = [value: string, name: string];

export interface Select {
  element: HTMLElement;
  input: HTMLSelectElement;
  /** Shows a choice; one that is not offered is added, so that nothing counts unseen. */
  set(value: string): void;
  setChoices(choices: Choice[]): void;
}

export function select(label: string, choices: Choice[], changed: (value: string) => void): Select {
  const input = make("select") as HTMLSelectElement;
  const add = ([value, name]: Choice) => input.append(make("option", { value }, name));
  choices.forEach(add);
  input.addEventListener("change", () => changed(input.value));
  const set = (value: string) => {
    if (![...input.options].some((it) => it.value === value)) add([value, value]);
    input.value = value;
  };
  return {
    element: labelled(label, input),
    input,
    set,
    setChoices: (next) => {
      const { value } = input;
      input.replaceChildren();
      next.forEach(add);
      set(value);
    },
  };
}

export interface TextField {
  element: HTMLElement;
  input: HTMLInputElement;
}

export function textField(label: string, placeholder: string, typed: () => void): TextField {
  const input = make("input", {
    type: "text",
    placeholder,
    spellcheck: "false",
    autocomplete: "off",
  }) as HTMLInputElement;
  input.addEventListener("input", typed);
  const element = labelled(label, input);
  element.classList.add("text");
  return { element, input };
}

let fields = 0;

/** A control below its name; the name stands beside it, since the choices of a control inside would count as part of it. */
export function labelled(name: string, control: HTMLElement): HTMLElement {
  control.id = `field-${fields++}`;
  return make("div", { class: "field" }, make("label", { for: control.id }, name), control);
}
