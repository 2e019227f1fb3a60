import { initializeLogger } from '@livekit/agents';
import { floodSockets, speaking, type FuzzTarget } from '@patchbay/conformance/fuzz';
import { TTS, TTSv2 } from '../../index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const audio = Buffer.alloc(960, 7);
const aura = [
  '{"type":"Metadata","request_id":"8f9b","model_name":"aura-2-andromeda-en","model_version":"1","model_uuid":"2"}',
  audio,
  '{"type":"Flushed","sequence_id":0}',
  '{"type":"Cleared","sequence_id":1}',
  '{"type":"Warning","code":"EXCESSIVE_FLUSH","description":"No more."}',
  '{"type":"Error","code":"DATA-0000","description":"No."}',
];
const flux = [
  '{"type":"Connected","request_id":"8f9b","model_name":"flux-alexis-en","model_version":"1","model_uuids":["2"]}',
  '{"type":"SpeechStarted","speech_id":"dg_sp_1"}',
  audio,
  '{"type":"Flushed","speech_id":"dg_sp_1"}',
  '{"type":"SpeechMetadata","speech_id":"dg_sp_1","audio_duration_ms":20,"input_character_count":5}',
  '{"type":"SpeechInterrupted","audio_played_ms":20,"metadata":{"speech_id":"dg_sp_1"}}',
  '{"type":"Warning","code":"NO_ACTIVE_SPEECH","description":"Nothing."}',
  '{"type":"Error","code":"NET-0003","description":"Too long."}',
];

/** The voices, at a server that says anything. */
export const voiceTargets: readonly FuzzTarget[] = [
  {
    name: 'Aura voices',
    seam: 'socket',
    weight: 2,
    recorded: aura,
    run: (feed) => floodSockets(feed, (baseUrl) => speaking(new TTS({ apiKey: 'dg-fuzz-0001', baseUrl }))),
  },
  {
    name: 'Flux voices',
    seam: 'socket',
    weight: 2,
    recorded: flux,
    run: (feed) => floodSockets(feed, (baseUrl) => speaking(new TTSv2({ apiKey: 'dg-fuzz-0001', baseUrl }))),
  },
];
