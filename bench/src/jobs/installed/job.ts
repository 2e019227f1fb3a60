import type { Job, Mode } from '../../job.ts';

export const installed: Job = {
  name: 'installed',
  title: 'Installed',
  about:
    'What a plugin adds to a process and to a disk. Time is that of `import` in a new process of Node, of what is published ' +
    'and not of sources; every call of LiveKit’s pays it, since it has a process of its own. Size is that of every ' +
    'package that an installation consists of, LiveKit’s own and their binaries for this machine included. `floor` is ' +
    '`@livekit/agents` alone, which the plugins are made for.',
  variants: ['openai', 'deepgram', 'soniox'],
  modes: (variant): readonly Mode[] => (variant === 'openai' ? ['floor', 'ours', 'upstream'] : ['floor', 'ours']),
  client: new URL('./client.ts', import.meta.url),
  builds: true,
  measures: [
    { name: 'importing', title: 'Time to import', unit: 'ms' },
    { name: 'size', title: 'Size of what is installed', unit: 'MB' },
    { name: 'packages', title: 'Packages that are installed', unit: 'packages' },
  ],
};
