import type { Handler } from '../app.ts';

export const openTrajectories: Handler = ({ trajectories }) => trajectories.open(null);
