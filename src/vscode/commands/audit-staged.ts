import type { Handler } from '../app.ts';
import { auditInEditor } from '../audit/audit.ts';

/** Audits what the index holds beyond HEAD. */
export const auditStaged: Handler = (app) => auditInEditor(app, { type: 'staged' });
