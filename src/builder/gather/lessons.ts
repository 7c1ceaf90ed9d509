import { lessonsPath, readLessons } from '../../domain/lessons.ts';
import type { Gatherer } from './gatherer.ts';

/** Rules that people accepted for this repository after something went wrong more than once. */
export const lessons: Gatherer = {
  name: 'lessons',
  heading: 'Lessons from earlier changes here, accepted by a person',
  share: 0.06,
  seconds: 15,
  async gather({ read }) {
    const text = (await read([lessonsPath])).get(lessonsPath) ?? '';
    const rules = readLessons(text).map((rule) => `- ${rule}`);
    if (rules.length === 0) return { pieces: [], left: [] };
    const piece = { title: 'Keep to these', path: null, form: 'note' as const, text: rules.join('\n'), value: 1 };
    return { pieces: [piece], left: [] };
  },
};
