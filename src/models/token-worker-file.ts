/** The program of the counting thread. The bundler puts the path of its bundle here. */
export const tokenWorkerFile = new URL('./token-worker.ts', import.meta.url);
