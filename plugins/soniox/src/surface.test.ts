import { describeSurface } from '@patchbay/conformance/surface';

describeSurface({
  upstream: new URL('./__fixtures__/upstream/index.js', import.meta.url).href,
  ours: new URL('./index.ts', import.meta.url),
  documented: new URL('../../../docs/migrating-soniox.md', import.meta.url),
});
