import { exportFormats } from '../../training/formats/registry.ts';

/** Names of the formats that training data can be written in. */
export const trainingFormats = (): readonly string[] => exportFormats.map(({ name }) => name);
