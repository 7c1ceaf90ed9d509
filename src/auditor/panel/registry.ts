import type { BuiltInReviewer } from '../../domain/audit.ts';
import { compatibility } from './compatibility.ts';
import { correctness } from './correctness.ts';
import type { Reviewer } from './reviewer.ts';
import { security } from './security.ts';
import { spec } from './spec.ts';
import { tests } from './tests.ts';

export const builtIn: Readonly<Record<BuiltInReviewer, Reviewer>> = {
  correctness,
  security,
  spec,
  tests,
  compatibility,
};
