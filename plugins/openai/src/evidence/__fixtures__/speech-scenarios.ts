import { AudioFrame } from '@livekit/rtc-node';
import { ScriptedService } from '../../realtime/__fixtures__/scripted-service.ts';
import { orElse, quickly, type Scenario } from './scenario.ts';

export const speechScenarios: Scenario[] = [
  {
    pain: 3,
    what: 'the service ends a transcription in the middle of a call',
    async run(plugin) {
      const service = await ScriptedService.start();
      const model = new plugin.STT({ apiKey: 'sk-pain', baseURL: service.url, model: 'gpt-4o-mini-transcribe' });
      model.on('error', () => undefined);
      const stream = model.stream({ connOptions: quickly(3) });
      stream.pushFrame(new AudioFrame(new Int16Array(2_400), 24_000, 1, 2_400));
      const ended = (async () => {
        for await (const _ of stream);
        return 'the stream ended';
      })();
      const line = await service.line();
      await line.event('session.update');
      line.socket.close(1000);
      const outcome = await orElse(Promise.race([ended, service.line(2).then(() => 'it dialled again')]), 'nothing');
      stream.close();
      await orElse(model.close(), undefined);
      await service.stop();
      return { outcome };
    },
    expected: { ours: { outcome: 'it dialled again' }, upstream: { outcome: 'the stream ended' } },
  },
];
