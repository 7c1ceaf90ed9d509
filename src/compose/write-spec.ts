/** New specs, for the face that helps to write them. */
export { writePhase } from '../config/write-plan.ts';
