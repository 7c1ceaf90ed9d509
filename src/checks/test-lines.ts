/** What one line of a test file says, over the test frameworks in common use. All of it is read, none of it is run. */

const declarations: readonly RegExp[] = [
  // JavaScript and TypeScript: mocha, jest, vitest, node:test, Deno, Playwright
  /^\s*(?:await\s+)?(?:it|test|specify|fit|xit|xtest|[a-z]\.test|Deno\.test)(?:\.\w+)*(?:\.each\(.*?\))?\s*\(\s*(?:(['"`])(?<name>.*?)\1|$)/,
  // Python, Ruby
  /^\s*(?:async\s+)?def\s+(?<name>test\w*)/,
  /^\s*(?:it|test|specify|scenario)\s+(['"])(?<name>.*?)\1/,
  // Go
  /^func\s+(?<name>(?:Test|Fuzz)\w+)\s*\(/,
  /\bt\.Run\(\s*"(?<name>[^"]*)"/,
  // Rust
  /^\s*#\[(?:\w+::)*test(?:\(.*\))?\]/,
  // Java, Kotlin, C#
  /^\s*@(?:Test|ParameterizedTest|RepeatedTest)\b/,
  /^\s*\[(?:Fact|Theory|Test|TestMethod|TestCase)\b/,
  // PHP, Swift, C++
  /\bfunc(?:tion)?\s+(?<name>test\w+)\s*\(/,
  /^\s*TEST(?:_F|_P)?\(\s*(?<name>\w+,\s*\w+)/,
];

/** The name of the test that a line declares, '' where the line does not hold it; null where it declares none. */
export function declaredTest(line: string): string | null {
  if (isComment(line)) return null;
  for (const declaration of declarations) {
    const found = declaration.exec(line);
    if (found) return found.groups?.name ?? '';
  }
  return null;
}

const skips: readonly RegExp[] = [
  /\b(?:it|test|describe|suite|context|specify|[a-z]\.test)\.(?:\w+\.)*(?:skip|skipIf|runIf|todo|fixme|fails|failing)\b/,
  /\b(?:it|test|describe|suite|context|specify)\.(?:\w+\.)*only\b/,
  /^\s*(?:xit|xtest|xdescribe|xcontext|xspecify|fit|fdescribe|fcontext)\b\s*[('"]/,
  /\b(?:this|t|ctx|context)\.(?:skip|todo)\s*\(/,
  /[{,]\s*(?:skip|todo|only)\s*:(?!\s*false\b)/,
  /@(?:pytest\.mark\.(?:skip|skipif|xfail)|unittest\.(?:skip\w*|expectedFailure))\b/,
  /\bpytest\.(?:skip|xfail|importorskip)\s*\(|\bself\.skipTest\s*\(|\braise\s+(?:unittest\.)?SkipTest\b/,
  /\bt\.Skip(?:f|Now)?\s*\(|\btesting\.Short\s*\(\)/,
  /#\[ignore\b/,
  /@(?:Disabled|Ignore)\b|\[(?:Ignore|Explicit)\b|\bSkip\s*=\s*"|\bAssumptions?\.assum/,
  /\bmarkTestSkipped\s*\(|\bXCTSkip|\bGTEST_SKIP\s*\(|@tag\s+:?skip/,
];

/** Whether a line keeps a test, or all others, from running. */
export function skipsTests(line: string): boolean {
  return !isComment(line) && skips.some((skip) => skip.test(line));
}

const assertion =
  /\bassert\w*\s*[!.(]|\bassert\s+\S|\bassert_\w+!?\s*\(|\bexpect\w*\s*[(.]|\bEXPECT_\w+\(|\bASSERT_\w+\(|\brequire\.[A-Z]\w+\(|\.should\b|\bXCTAssert\w*\(|\bt\.(?:Error|Fatal)f?\(|\bt\.(?:assert\.)?(?:is|ok|same|equal|equals|deepEqual|strictEqual|throws|rejects|match)\(/;
const constant = /(?:\bassert(?:\.ok|_|True|That|!)?|\bexpect|\bok)\s*\(?\s*(?:true|True|1)\s*(?:[,)]|$)/;
const strict = /\b(?:strictEqual|deepStrictEqual|toStrictEqual|notStrictEqual|assertSame|assertIs)\b/;
const existence =
  /\b(?:toBeTruthy|toBeDefined|toBeFalsy|anything|doesNotThrow|doesNotReject|assertTrue|assertIsNotNone|assertNotNull|NotNil|EXPECT_TRUE|ASSERT_TRUE|XCTAssertNotNil|XCTAssertTrue|NotEmpty)\b|\.not\.(?:toBeNull|toBeUndefined|toThrow)\b|\.to\.(?:exist|be\.ok)\b|\bassert(?:\.ok)?\s*\(|\btoHaveBeenCalled\(|\bassert\s+\S/;
const equality =
  /\b(?:toBe|toEqual|equals?|deepEqual|eql|eq|is|same|isEqualTo|toHaveBeenCalledWith|toHaveBeenLastCalledWith|DeepEqual)\b|assert_?eq|assertEqual|EXPECT_EQ|ASSERT_EQ|XCTAssertEqual|\bEqual\(|\s={2,3}\s/i;
const comparison = /\s(?:!==?|<=?|>=?|in|not in)\s|\binstanceof\b/;

/** How much an assertion holds: 4 strictly equal, 3 equal, 2 partly, 1 exists, 0 always true. Null for any other line. */
export function assertionStrength(line: string): number | null {
  if (isComment(line) || /^\s*import\b|\brequire\(/.test(line) || !assertion.test(line)) return null;
  if (constant.test(line)) return 0;
  if (strict.test(line)) return 4;
  if (equality.test(line)) return 3;
  if (comparison.test(line)) return 2;
  return existence.test(line) ? 1 : 2;
}

/** Whether a file's name alone says that it holds tests, as runners look for them: `sum.test.ts`, `test_sum.py`, `SumTest.java`. */
export function hasTestName(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (/\.(?:json|snap|md|txt|ya?ml|csv|html|xml|svg|png)$/.test(name)) return false;
  return /(?:^|[._-])(?:test|spec)s?[._-]/.test(name) || /(?:Test|Spec)s?\.\w+$/.test(name);
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\/\*|\*|#(?!\[)|--\s|<!--)/.test(line);
}
