import { initializeLogger } from '@livekit/agents';
import { floodSockets, listening, type FuzzTarget } from '@patchbay/conformance/fuzz';
import { STT, STTv2 } from '../../index.ts';

initializeLogger({ pretty: false, level: 'silent' });

const apiKey = 'dg-fuzz-0001';

const word = '{"word":"hello","punctuated_word":"Hello.","start":0.1,"end":0.4,"confidence":0.9,"speaker":0}';
const heard = `{"transcript":"Hello.","confidence":0.9,"languages":["en","es"],"words":[${word}]}`;
const segment = (more: string): string =>
  `{"type":"Results","channel_index":[0,1],"start":0,"duration":0.5,${more},"channel":{"alternatives":[${heard}]},"metadata":{"request_id":"8f9b"}}`;
const nova = [
  '{"type":"SpeechStarted","channel":[0,1],"timestamp":0.1}',
  segment('"is_final":false,"speech_final":false'),
  segment('"is_final":true,"speech_final":false'),
  segment('"is_final":true,"speech_final":true,"from_finalize":true'),
  '{"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.4}',
  '{"type":"Metadata","request_id":"8f9b","duration":0.5,"channels":1}',
  '{"type":"Error","variant":"UNPARSABLE","description":"No.","message":"No."}',
];

const told = (event: string): string =>
  `{"type":"TurnInfo","request_id":"8f9b","sequence_id":1,"event":"${event}","turn_index":0,"audio_window_start":0,"audio_window_end":0.5,"transcript":"Hello.","words":[{"word":"Hello.","confidence":0.9}],"end_of_turn_confidence":0.8}`;
// No errors: what is behind one never arrives, and so none of its batch would count.
const flux = [
  '{"type":"Connected","request_id":"8f9b","sequence_id":0}',
  ...['StartOfTurn', 'Update', 'EagerEndOfTurn', 'TurnResumed', 'EndOfTurn'].map(told),
  '{"type":"ConfigureSuccess","request_id":"8f9b","sequence_id":2}',
  '{"type":"ConfigureFailure","request_id":"8f9b","code":"INVALID","sequence_id":3}',
  '{"type":"Warning","code":"NO_ACTIVE_TURN","description":"Nothing."}',
];

/** Both classes that listen, at a server that says anything. */
export const transcriptTargets: readonly FuzzTarget[] = [
  {
    name: 'Nova transcripts',
    seam: 'socket',
    weight: 2,
    recorded: nova,
    run: (feed) => floodSockets(feed, (baseUrl) => listening(new STT({ apiKey, baseUrl }))),
  },
  {
    name: 'Flux transcripts',
    seam: 'socket',
    weight: 2,
    recorded: flux,
    run: (feed) => floodSockets(feed, (endpointUrl) => listening(new STTv2({ apiKey, endpointUrl }))),
  },
];
