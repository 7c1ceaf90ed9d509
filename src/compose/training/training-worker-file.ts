/** The program of the training thread. The bundler puts the path of its bundle here. */
export const trainingWorkerFile = new URL('./training-worker.ts', import.meta.url);
