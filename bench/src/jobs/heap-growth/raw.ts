import { WebSocket } from 'ws';
import { Chunk } from '../../realtime/chunk.ts';
import { model, type Listen } from './listeners.ts';

export const listen: Listen = async (baseURL, transcribed) => {
  const socket = new WebSocket(`${baseURL}/realtime?intent=transcription`, { perMessageDeflate: false });
  const chunk = new Chunk((audio) => socket.send(`{"type":"input_audio_buffer.append","audio":"${audio}"}`));
  const session = { type: 'transcription', audio: { input: { transcription: { model } } } };
  socket.on('open', () => socket.send(JSON.stringify({ type: 'session.update', session })));
  await new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { type } = JSON.parse((data as Buffer).toString()) as { type: string };
      if (type === 'session.updated') resolve();
      else if (type === 'conversation.item.input_audio_transcription.completed') transcribed();
    });
  });
  return { push: (frame) => chunk.push(frame.data) };
};
