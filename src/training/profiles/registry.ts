import { answerTag } from './answer-tag.ts';
import { plain } from './plain.ts';
import type { Profile } from './profile.ts';
import { thinkTag } from './think-tag.ts';

/** Profiles that need no file. A workspace may bring more. */
export const builtInProfiles: readonly Profile[] = [plain, thinkTag, answerTag];
