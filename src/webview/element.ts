type Child = Node | string | null;

/** An element with its attributes and children. Text is always set as text. */
export function element(name: string, attributes: Readonly<Record<string, string>>, ...children: Child[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** A section that is rebuilt only when what it shows has changed, so that focus and selection stay. */
export function keptSection<Shown>(render: (shown: Shown) => readonly Node[], label: string) {
  const section = element('section', { 'aria-label': label });
  let before: string | null = null;
  return {
    section,
    show(shown: Shown) {
      const now = JSON.stringify(shown);
      if (now === before) return;
      before = now;
      section.replaceChildren(...render(shown));
    },
  };
}
