const testFile = /(^|\/)(tests?|__tests__|spec)\/|[._-](test|spec)\.[^/]+$|(^|\/)test_[^/]+\.py$|_test\.[^/]+$/i;

/** Whether a file reads like a test by its path, in any language. */
export function isTestPath(path: string): boolean {
  return testFile.test(path);
}
