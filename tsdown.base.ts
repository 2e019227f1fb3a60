import { defineConfig, type UserConfig } from 'tsdown';

/** How every published package is built: ESM and CJS, types for both, and a package that resolves everywhere or fails here. */
export function packageConfig(overrides: UserConfig = {}): UserConfig {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    fixedExtension: false,
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    clean: true,
    deps: { onlyBundle: [] },
    failOnWarn: true,
    checks: { legacyCjs: false },
    publint: { strict: true },
    attw: { profile: 'node16', level: 'error' },
    ...overrides,
  });
}
