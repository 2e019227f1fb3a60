/**
 * A worker as an operator deploys it: the agent's file is a user's, as it is; what is set here is what belongs to a
 * machine. LiveKit reads its own variables itself, `LIVEKIT_AGENT_NAME` among them.
 */
import { ServerOptions, cli } from '@livekit/agents';
import { workerSettings } from './options.ts';

const { agent, port, calls } = workerSettings();

cli.runApp(
  new ServerOptions({
    agent,
    // Who asks whether it is there. LiveKit's own choice is 0.0.0.0:8081.
    host: '127.0.0.1',
    port,
    // As many calls as it is said to have room for; LiveKit's own choice is what the processor says, of which others use some here.
    loadFunc: async (worker) => worker.activeJobs.length / calls,
    loadThreshold: 1,
    // Each costs a second of a core to start, and each job that is taken starts another.
    numIdleProcesses: 1,
    initializeProcessTimeout: 120_000,
    shutdownProcessTimeout: 5_000,
  }),
);
