import { packageConfig } from '../../tsdown.base.ts';

export default packageConfig({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli.ts',
    // A thread of its own, started by its file name: it stands beside whatever file starts it.
    'voice-worker': 'src/voice/voice-worker.ts',
  },
});
