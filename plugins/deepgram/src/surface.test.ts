import { describeSurface } from '@patchbay/conformance/surface';

describeSurface({
  upstream: import.meta.resolve('@livekit/agents-plugin-deepgram'),
  ours: new URL('./index.ts', import.meta.url),
  documented: new URL('../../../docs/migrating-deepgram.md', import.meta.url),
});
