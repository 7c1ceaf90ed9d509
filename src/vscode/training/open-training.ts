import type { Handler } from '../app.ts';

export const openTraining: Handler = ({ training }) => training.open();
