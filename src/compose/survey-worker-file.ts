/** The program of the surveying thread. The bundler puts the path of its bundle here. */
export const surveyWorkerFile = new URL('./survey-worker.ts', import.meta.url);
