/** Makes an element of a plot with attributes and, if it has any, text. */
export function shape(
  name: string,
  attributes: Record<string, string | number>,
  text = "",
  ...children: Node[]
): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}
