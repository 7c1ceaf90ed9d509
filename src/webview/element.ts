type Child = Node | string | null;
type Attributes = Readonly<Record<string, string>>;

function filled<Made extends Element>(made: Made, attributes: Attributes, children: readonly Child[]): Made {
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** An element with its attributes and children. Text is always set as text. */
export function element(name: string, attributes: Attributes, ...children: Child[]): HTMLElement {
  return filled(document.createElement(name), attributes, children);
}

/** As `element`, of a drawing. */
export function drawing(name: string, attributes: Attributes, ...children: Child[]): SVGElement {
  return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

/**
 * Makes the children of `parent` what `fresh` says and keeps each node that is still of its kind: digits change in
 * place, and focus, selection and a tooltip that is open stay. Listeners belong on what is never replaced.
 */
export function morph(parent: Element, fresh: readonly Node[]): void {
  const before = [...parent.childNodes];
  for (const [index, wanted] of fresh.entries()) {
    const node = before[index];
    if (node === undefined) parent.append(wanted);
    else if (!isSameKind(node, wanted)) node.replaceWith(wanted);
    else if (node instanceof Element && wanted instanceof Element) morphElement(node, wanted);
    else if (node.nodeValue !== wanted.nodeValue) node.nodeValue = wanted.nodeValue;
  }
  for (const node of before.slice(fresh.length)) node.remove();
}

function isSameKind(node: Node, wanted: Node): boolean {
  if (node.nodeName !== wanted.nodeName) return false;
  // What has a name of its own is another thing under another name.
  return !(node instanceof Element && wanted instanceof Element) || node.id === wanted.id;
}

function morphElement(node: Element, wanted: Element): void {
  for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name)) node.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    // The page's policy refuses style attributes; the object model is its own way.
    if (name !== 'style' && node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  if (node instanceof HTMLElement && wanted instanceof HTMLElement && node.style.cssText !== wanted.style.cssText) {
    node.style.cssText = wanted.style.cssText;
  }
  morph(node, [...wanted.childNodes]);
}
