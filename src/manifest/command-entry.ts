interface MenuPlace {
  readonly menu:
    | 'scm/title'
    | 'editor/title'
    | 'editor/context'
    | 'explorer/context'
    | 'view/title'
    | 'view/item/context'
    | 'comments/commentThread/title';
  readonly when: string;
  readonly group: string;
}

export interface CommandEntry {
  readonly id: `countersign.${string}`;
  /** As VS Code shows it: title case, "…" where the command asks before it acts. */
  readonly title: string;
  /** Name of a codicon. */
  readonly icon?: string;
  /** When the palette offers it. */
  readonly palette: string;
  readonly menus?: readonly MenuPlace[];
  readonly key?: { readonly key: string; readonly mac: string; readonly when: string };
}

/** Views that menus speak of. */
export const runsView = 'view == countersign.runs';
export const reviewView = 'view == countersign.review';
