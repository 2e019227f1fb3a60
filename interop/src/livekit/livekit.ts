import { defineSystem } from '../system.ts';
import { conversationCases } from './conversation-cases.ts';
import { workerCases } from './worker-cases.ts';
import { World } from './world.ts';

let program = '';

/** A LiveKit server, workers that run what users copy, and callers who speak and listen over WebRTC. */
export const livekit = defineSystem<World>({
  name: 'livekit',
  title: 'LiveKit server',
  group: 'livekit',
  version: '1.13.5',
  needs: ['go'],
  async install(installer) {
    const server = 'github.com/livekit/livekit-server/cmd/server';
    program = await installer.go('livekit-server', { module: import.meta.dirname, program: server });
  },
  start: (stage) => World.start(stage, program),
  cases: [...conversationCases, ...workerCases],
});
