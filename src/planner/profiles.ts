import type { StackProfile } from '../domain/stack.ts';

function step(run: string, profile: 'normal' | 'strict' = 'normal') {
  return { run, profile, timeout: 600, shell: false, flaky: false } as const;
}

/**
 * The kinds of project that are known without a team's own profiles. Commands are the ones each ecosystem documents;
 * a package.json's own scripts go before them.
 */
export const builtInProfiles: readonly StackProfile[] = [
  {
    id: 'web-front-end',
    title: 'Web front end',
    language: 'TypeScript',
    manifests: ['package.json'],
    mentions: ['"react"', '"vue"', '"svelte"', '"solid-js"', '"@angular/core"', '"preact"', '"next"', '"vite"'],
    setup: ['npm ci'],
    verify: [step('npm test'), step('npm run build', 'strict')],
    tests: ['**/*.test.*', '**/*.spec.*', '**/__tests__/**', 'e2e/**'],
    source: ['src/**', 'app/**', 'components/**', 'public/**'],
  },
  {
    id: 'typescript-node-service',
    title: 'TypeScript or Node service',
    language: 'TypeScript',
    manifests: ['package.json'],
    mentions: [
      '"express"',
      '"fastify"',
      '"koa"',
      '"hono"',
      '"@types/node"',
      '"typescript"',
      '"tsx"',
      '"type": "module"',
    ],
    setup: ['npm ci'],
    verify: [step('npm test')],
    tests: ['test/**', 'tests/**', '**/*.test.*', '**/*.spec.*', '**/__tests__/**'],
    source: ['src/**', 'lib/**'],
  },
  {
    id: 'python-package',
    title: 'Python package',
    language: 'Python',
    manifests: ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'],
    mentions: ['pytest'],
    setup: [],
    verify: [step('python3 -m pytest')],
    tests: ['tests/**', 'test/**', '**/test_*.py', '**/*_test.py'],
    source: ['src/**', '**/*.py'],
  },
  {
    id: 'go-service',
    title: 'Go service',
    language: 'Go',
    manifests: ['go.mod'],
    mentions: [],
    setup: ['go mod download'],
    verify: [step('go test ./...'), step('go vet ./...', 'strict')],
    tests: ['**/*_test.go'],
    source: ['cmd/**', 'internal/**', 'pkg/**', '**/*.go'],
  },
  {
    id: 'rust-crate',
    title: 'Rust crate',
    language: 'Rust',
    manifests: ['Cargo.toml'],
    mentions: [],
    setup: ['cargo fetch'],
    verify: [step('cargo test'), step('cargo clippy -- -D warnings', 'strict')],
    tests: ['tests/**', 'src/**'],
    source: ['src/**'],
  },
];
