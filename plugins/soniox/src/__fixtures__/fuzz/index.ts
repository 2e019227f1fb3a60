import { initializeLogger } from '@livekit/agents';
import { floodSockets, listening, speaking, type FuzzTarget } from '@patchbay/conformance/fuzz';
import { STT, TTS } from '../../index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'snx-fuzz-0001';

const audio = Buffer.alloc(960, 7).toString('base64');
const word =
  '"start_ms":100,"end_ms":300,"confidence":0.9,"speaker":"1","language":"en","translation_status":"original"';
const progress = '"final_audio_proc_ms":300,"total_audio_proc_ms":600';

// No errors of a whole connection: what is behind one never arrives, and so none of its batch would count.
const transcripts = [
  `{"tokens":[{"text":" word","is_final":false,${word}}],${progress}}`,
  `{"tokens":[{"text":" word","is_final":true,${word}},{"text":" s","is_final":false,${word}}],${progress}}`,
  `{"tokens":[{"text":" palabra","is_final":true,"language":"es","translation_status":"translation"}],${progress}}`,
  `{"tokens":[{"text":"<end>","is_final":true,"start_ms":600,"end_ms":600}],${progress}}`,
  `{"tokens":[{"text":"<fin>","is_final":true,"start_ms":600,"end_ms":600}],${progress}}`,
  `{"tokens":[],${progress},"finished":true}`,
];
const speech = [
  `{"stream_id":"1","audio":"${audio}","timestamps":{"characters":["O","h"],"character_start_times_seconds":[0,0.1],"character_end_times_seconds":[0.1,0.2]}}`,
  `{"stream_id":"1","audio":"${audio}","audio_end":true}`,
  '{"stream_id":"1","terminated":true}',
  '{"stream_id":"1","error_code":408,"error_type":"request_timeout","error_message":"Request timeout"}',
];

/** Both classes, at a server that says anything. */
export const targets: readonly FuzzTarget[] = [
  {
    name: 'Soniox transcripts',
    seam: 'socket',
    weight: 2,
    recorded: transcripts,
    run: (feed) => floodSockets(feed, (baseURL) => listening(new STT({ apiKey, baseURL }))),
  },
  {
    name: 'Soniox voices',
    seam: 'socket',
    weight: 2,
    recorded: speech,
    run: (feed) => floodSockets(feed, (baseURL) => speaking(new TTS({ apiKey, baseURL }))),
  },
];
