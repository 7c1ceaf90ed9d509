import assert from 'node:assert/strict';
import { assertionStrength, declaredTest, hasTestName, skipsTests } from '../../../src/checks/test-lines.ts';

describe('a line of a test file', () => {
  const declared: readonly (readonly [string, string])[] = [
    ["  it('adds', () => {", 'adds'],
    ['test("adds", async () => {', 'adds'],
    ["await t.test('adds', () => {", 'adds'],
    ["it.skip('adds', () => {", 'adds'],
    ["test.each([[1], [2]])('adds %i', (n) => {", 'adds %i'],
    ['def test_adds(self):', 'test_adds'],
    ['async def test_adds():', 'test_adds'],
    ['func TestAdds(t *testing.T) {', 'TestAdds'],
    ['t.Run("adds", func(t *testing.T) {', 'adds'],
    ['    #[tokio::test]', ''],
    ['  @Test', ''],
    ['[Fact]', ''],
    ["  it 'adds' do", 'adds'],
    ['public function testAdds(): void', 'testAdds'],
    ['TEST_F(Sum, Adds) {', 'Sum, Adds'],
  ];
  for (const [line, name] of declared) {
    it(`declares a test: ${line.trim()}`, () => assert.equal(declaredTest(line), name));
  }
  for (const line of [
    "// it('adds', () => {",
    '# def test_adds():',
    "describe('sums', () => {",
    'const it = 1;',
    'submit(form);',
    'def helper():',
  ]) {
    it(`declares none: ${line}`, () => assert.equal(declaredTest(line), null));
  }

  for (const line of [
    "it.skip('a', () => {",
    "describe.only('a', () => {",
    "test.todo('a');",
    "xit('a', () => {",
    "fdescribe('a', () => {",
    '  this.skip();',
    '  t.skip("later")',
    "test('a', { skip: true }, () => {",
    '@pytest.mark.skip(reason="later")',
    '@pytest.mark.xfail',
    '@unittest.skipIf(True, "later")',
    '    self.skipTest("later")',
    '\tt.Skip("later")',
    '#[ignore]',
    '@Disabled("later")',
    '[Fact(Skip = "later")]',
  ]) {
    it(`keeps tests from running: ${line.trim()}`, () => assert.equal(skipsTests(line), true));
  }
  for (const line of [
    "// it.skip('a')",
    "it('skips blank lines', () => {",
    'stream.skip(3);',
    'const skip = 3;',
    'const rows = list({ skip: false });',
    'assert.equal(only, 1);',
  ]) {
    it(`keeps none from running: ${line}`, () => assert.equal(skipsTests(line), false));
  }

  it('stands in a file whose name may tell that it holds tests', () => {
    const tests = ['test/sum.test.ts', 'test_sum.py', 'sum_test.go', 'a/SumTest.java', 'sum_spec.rb', 'sum-test.el'];
    assert.deepEqual(tests.filter(hasTestName), tests);
    const others = ['test/rows.json', 'sum.test.snap', 'test/helper.ts', 'contest.ts', 'src/latest.js', 'testing.md'];
    assert.deepEqual(others.filter(hasTestName), []);
  });

  const strengths: readonly (readonly [string, number | null])[] = [
    ['assert.strictEqual(a, 1);', 4],
    ['assert.equal(a, 1);', 3],
    ['expect(a).toEqual({ b: 1 });', 3],
    ['assert a == 1', 3],
    ['assert_eq!(a, 1);', 3],
    ['assertEquals(1, a);', 3],
    ['self.assertEqual(a, 1)', 3],
    ['expect(a).toMatchObject({ b: 1 });', 2],
    ['assert.match(text, /a/);', 2],
    ['assert a in b', 2],
    ['expect(a).toBeTruthy();', 1],
    ['assert.ok(a);', 1],
    ['assert a', 1],
    ['expect(run).not.toThrow();', 1],
    ['assert.ok(true);', 0],
    ['expect(true).toBe(true);', 0],
    ['assert True', 0],
    ['const assert = require("node:assert");', null],
    ["import assert from 'node:assert/strict';", null],
    ['// assert.equal(a, 1);', null],
    ['const a = sum(1, 2);', null],
  ];
  for (const [line, strength] of strengths) {
    it(`holds ${strength}: ${line}`, () => assert.equal(assertionStrength(line), strength));
  }
});
