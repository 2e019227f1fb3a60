import { initializeLogger } from '@livekit/agents';

// LiveKit's classes need a logger, and its lines would be measured too.
initializeLogger({ pretty: false, level: 'silent' });
