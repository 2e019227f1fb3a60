/**
 * LiveKit 1.9 starts a ChunkedStream with `mainTask().finally(…)` and keeps nobody there to catch: each failure that it
 * has already reported as an `error` event is an unhandled rejection as well, which ends a plain Node process
 * (livekit/agents-js#1095). The promise is out of reach, but the method is looked up one microtask after the
 * constructor, so this instance gets one that ends quietly. Where LiveKit mends or renames it, this does nothing.
 *
 * @returns when the stream has ended, in whatever way.
 */
export function containRejection(stream: object): Promise<void> {
  const { mainTask } = stream as { mainTask?: () => Promise<void> };
  if (mainTask === undefined) return Promise.resolve();
  return new Promise((settle) => {
    const contained = async (): Promise<void> => {
      try {
        await mainTask.call(stream);
      } catch {
        // Reported by LiveKit as an `error` event of the TTS.
      } finally {
        settle();
      }
    };
    Object.defineProperty(stream, 'mainTask', { value: contained });
  });
}
