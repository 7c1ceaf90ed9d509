/** A part of a page that F6 leads to. */
export interface Region {
  readonly node: HTMLElement;
  /** Puts the focus into it, where nothing of it had the focus before. */
  enter(): void;
}

/**
 * F6 goes from region to region and Shift+F6 back; each is entered where it was left. From the last one F6 goes on to
 * what the editor has next, as everywhere in VS Code: nobody is kept in a page.
 */
export function followRegions(main: HTMLElement, regionsOf: () => readonly Region[]): void {
  const left = new Map<HTMLElement, HTMLElement>();
  main.addEventListener('focusin', ({ target }) => {
    const region = regionsOf().find(({ node }) => target instanceof HTMLElement && node.contains(target));
    if (region) left.set(region.node, target as HTMLElement);
  });
  main.ownerDocument.addEventListener('keydown', (event) => {
    if (event.key !== 'F6' || event.ctrlKey || event.altKey || event.metaKey) return;
    const regions = regionsOf();
    const at = regions.findIndex(({ node }) => node.contains(main.ownerDocument.activeElement));
    const next = regions[event.shiftKey ? (at === -1 ? regions.length : at) - 1 : at + 1];
    if (!next) return;
    event.preventDefault();
    // The editor would take the key as well, and leave the page.
    event.stopPropagation();
    const last = left.get(next.node);
    if (last && next.node.contains(last)) last.focus();
    if (!next.node.contains(main.ownerDocument.activeElement)) next.enter();
  });
}

/** A region that is entered at the first of its elements that can be used. */
export function regionOf(node: HTMLElement): Region | null {
  const first = () => node.querySelector<HTMLElement>('button, a[href], summary, input, select, [tabindex="0"]');
  return first() === null ? null : { node, enter: () => first()?.focus() };
}
