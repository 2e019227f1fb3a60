/**
 * A caller: joins a room as anybody would, speaks, and tells its parent what it hears. A process of its own, since the
 * native engine writes to standard output, and outlives whoever is done with it.
 */
import { ParticipantKind, Room, RoomEvent, TrackKind, dispose, type RemoteTrack } from '@livekit/rtc-node';
import { startEar, startVoice } from '@patchbay/loopback';
import type { CallerNews, CallerOrder, CallerSettings } from './caller-messages.ts';
import { Hearing } from './hearing.ts';
import { Microphone } from './microphone.ts';
import { sampleRate } from './sample-rate.ts';

const tell = (news: CallerNews): void => void process.send?.(news);
const fail = (error: unknown): void =>
  tell({ is: 'failed', why: error instanceof Error ? error.message : String(error) });
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Nobody is left to be told anything.
process.once('disconnect', () => process.exit());

const settings = JSON.parse(process.argv[2]!) as CallerSettings;
// What passes through Opus and a jitter buffer, and back.
const carrier = 'inband';
const [voice, ear] = await Promise.all([startVoice({ carrier }), startEar({ carrier, recogniser: false })]);
const room = new Room();
const microphone = new Microphone();

process.on('message', (order: CallerOrder) => {
  const done = 'say' in order ? say(order.say) : hangUp();
  done.catch(fail);
});
room.on(RoomEvent.ParticipantConnected, ({ kind, identity }) => {
  if (kind === ParticipantKind.AGENT) tell({ is: 'came', identity });
});
room.on(RoomEvent.ParticipantDisconnected, ({ kind, identity }) => {
  if (kind === ParticipantKind.AGENT) tell({ is: 'left', identity });
});
room.on(RoomEvent.TrackSubscribed, (track) => {
  if (track.kind === TrackKind.KIND_AUDIO) listen(track).catch(fail);
});
room.registerTextStreamHandler('lk.transcription', (reader, { identity }) => {
  const isFinal = reader.info.attributes?.['lk.transcription_final'] === 'true';
  // What is cut off because its sender is gone, and what may change yet, is no news.
  void reader.readAll().then(
    (text) => isFinal && identity === room.localParticipant?.identity && tell({ is: 'understood', text }),
    () => undefined,
  );
});
await room.connect(settings.url, settings.token, { autoSubscribe: true, dynacast: false });
await microphone.publish(room);
for (const { kind, identity } of room.remoteParticipants.values())
  if (kind === ParticipantKind.AGENT) tell({ is: 'came', identity });
tell({ is: 'joined' });

async function say(text: string): Promise<void> {
  const { samples } = await voice.speak(text, { voice: 'echo', sampleRate });
  await microphone.say(samples);
  tell({ is: 'said' });
}

async function listen(track: RemoteTrack): Promise<void> {
  await new Hearing(await ear.listen({ sampleRate }), tell).follow(track);
}

async function hangUp(): Promise<void> {
  await microphone.close();
  await room.disconnect();
  await Promise.all([voice.close(), ear.close(), dispose()]);
  tell({ is: 'hung-up' });
  process.disconnect();
}
