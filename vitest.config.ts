import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Tests read the sources of sibling packages, not their builds.
  ssr: { resolve: { conditions: ['dev', 'node', 'import', 'default'] } },
  test: {
    include: [
      '{packages,plugins}/*/src/**/*.test.ts',
      '{bench,demo,interop,rehearsal}/src/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // Foreign software and child processes get generous walls; no assertion rests on them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    restoreMocks: true,
  },
});
