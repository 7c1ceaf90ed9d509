/** The program of the reading thread. The bundler puts the path of its bundle here. */
export const ledgerWorkerFile = new URL('./ledger-worker.ts', import.meta.url);
