import type { App } from '../app.ts';

/** What of the extension the panel works with. */
export type TrajectoriesParts = Pick<App, 'context' | 'log' | 'session' | 'status'>;
