import type { App } from '../app.ts';

/** What of the extension the panel and its commands work with. */
export type TrainingParts = Pick<App, 'context' | 'keys' | 'log' | 'session' | 'status'>;
