import { describe, expect, it } from 'vitest';
import { InputTranscripts } from './input-transcripts.ts';

const type = 'conversation.item.input_audio_transcription.completed' as const;
const startOf = (transcripts: InputTranscripts, itemId: string): number | undefined =>
  transcripts.completed({ type, item_id: itemId, content_index: 0, transcript: 'yes' }).turnStartedAt;

describe('transcripts of the input', () => {
  it('of 64 turns may still be to come: where none ever comes, no more is kept', () => {
    const transcripts = new InputTranscripts();
    for (let turn = 1; turn <= 1_000; turn++) transcripts.started(`item-${turn}`, turn);
    expect(startOf(transcripts, 'item-936')).toBeUndefined();
    expect(startOf(transcripts, 'item-937')).toBe(937);
    expect(startOf(transcripts, 'item-1000')).toBe(1_000);
  });

  it('of what is being said are not made final when the socket is lost', () => {
    const transcripts = new InputTranscripts();
    for (const itemId of ['item-1', 'item-2']) {
      transcripts.started(itemId, 1);
      transcripts.delta({ item_id: itemId, content_index: 0, delta: 'ye' } as never);
      if (itemId === 'item-1') transcripts.committed();
    }
    expect(transcripts.drain()).toEqual([{ itemId: 'item-1', transcript: 'ye', isFinal: true, turnStartedAt: 1 }]);
  });

  it('that are final leave nothing of their turn', () => {
    const transcripts = new InputTranscripts();
    transcripts.started('item-1', 1);
    transcripts.delta({ item_id: 'item-1', content_index: 0, delta: 'ye' } as never);
    expect(startOf(transcripts, 'item-1')).toBe(1);
    expect(startOf(transcripts, 'item-1')).toBeUndefined();
    expect(transcripts.drain()).toEqual([]);
  });
});
