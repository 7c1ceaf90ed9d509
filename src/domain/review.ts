/** What a person decides on a change that waits. */
export type Decision =
  | {
      readonly type: 'approve';
      /** Hunks to take, by path and numbered from 1 within the file; null takes all. The rest is left out. */
      readonly hunks: ReadonlyMap<string, readonly number[]> | null;
    }
  | { readonly type: 'reject'; readonly note: string | null }
  | { readonly type: 'revise'; readonly note: string };
