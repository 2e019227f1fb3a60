import { llm } from '@livekit/agents';
import { expect, test, vi } from 'vitest';
import { all, begun, message, next, textsOf, useBench } from './__fixtures__/realtime-test.ts';
import * as realtime from './index.ts';

/**
 * A provider of OpenAI's dialect with habits of its own, through the seams that LiveKit's xAI plugin uses: transcripts
 * are final only when the model begins to speak, items may stand behind unknown ones, and a reply that has not spoken
 * is given up when another begins.
 */
class OddSession extends realtime.RealtimeSession {
  readonly calls: string[] = [];
  #held: realtime.ConversationItemInputAudioTranscriptionCompletedEvent | undefined;
  #spoke = false;

  protected override resetInputTurnState(): void {
    this.calls.push('resetInputTurnState');
    this.#release();
    super.resetInputTurnState();
    this.#spoke = false;
  }

  protected override async createChatCtxUpdateEvents(
    chatCtx: llm.ChatContext,
    addMockAudio = false,
  ): Promise<(realtime.ConversationItemCreateEvent | realtime.ConversationItemDeleteEvent)[]> {
    this.calls.push('createChatCtxUpdateEvents');
    const held = this.#held && this.remoteChatCtx.get(this.#held.item_id)?.item;
    const wanted = chatCtx.copy();
    if (held && !wanted.getById(held.id)) wanted.items.unshift(held);
    return super.createChatCtxUpdateEvents(wanted, addMockAudio);
  }

  override async interrupt(): Promise<void> {
    await super.interrupt();
    this.#giveUp();
  }

  protected override handleResponseCreated(event: realtime.ResponseCreatedEvent): void {
    this.#giveUp();
    this.closeCurrentGeneration();
    this.#spoke = false;
    super.handleResponseCreated(event);
  }

  protected override handleInputAudioBufferSpeechStarted(event: realtime.InputAudioBufferSpeechStartedEvent): void {
    if (this.#held && this.#held.item_id !== event.item_id) this.#release();
    super.handleInputAudioBufferSpeechStarted(event);
  }

  protected override handleConversationItemCreated(event: realtime.ConversationItemCreatedEvent): void {
    const known = event.previous_item_id && this.remoteChatCtx.get(event.previous_item_id);
    const last = this.remoteChatCtx.toChatCtx().items.at(-1)?.id ?? '';
    super.handleConversationItemCreated(known ? event : { ...event, previous_item_id: last });
  }

  protected override handleConversationItemInputAudioTranscriptionCompleted(
    event: realtime.ConversationItemInputAudioTranscriptionCompletedEvent,
  ): void {
    this.#held = event;
    this.emit('input_audio_transcription_completed', {
      itemId: event.item_id,
      transcript: event.transcript,
      isFinal: false,
    });
  }

  protected override handleResponseAudioDelta(event: realtime.ResponseAudioDeltaEvent): void {
    this.#spoke = true;
    this.#release();
    super.handleResponseAudioDelta(event);
  }

  protected override handleResponseTextDelta(event: realtime.ResponseTextDeltaEvent): void {
    this.#spoke = true;
    this.#release();
    super.handleResponseTextDelta(event);
  }

  /** The reply that is under way, as a subclass sees it. */
  get current(): realtime.ResponseGeneration | realtime.DiscardedGeneration | undefined {
    return this.currentGeneration;
  }

  #giveUp(): void {
    const generation = this.currentGeneration;
    if (!generation || this.#spoke || generation instanceof realtime.DiscardedGeneration) return;
    this.closeCurrentGeneration();
    this.currentGeneration = new realtime.DiscardedGeneration();
  }

  #release(): void {
    const event = this.#held;
    this.#held = undefined;
    if (event) super.handleConversationItemInputAudioTranscriptionCompleted(event);
  }
}

class OddModel extends realtime.RealtimeModel {
  constructor(options: realtime.RealtimeModelOptions) {
    super(options);
    this.capabilities.perResponseToolChoice = false;
  }

  override label(): string {
    return 'odd.RealtimeModel';
  }

  override session(): OddSession {
    return new OddSession(this);
  }
}

const bench = useBench();

function open(): OddSession {
  return bench.open({}, OddModel) as OddSession;
}

test('a subclass holds a transcript back until the model speaks, and then it is in the conversation', async () => {
  const session = open();
  const line = await bench.service.line();
  const told: llm.InputTranscriptionCompleted[] = [];
  session.on('input_audio_transcription_completed', (event: llm.InputTranscriptionCompleted) => told.push(event));
  line.send({ type: 'conversation.item.added', previous_item_id: 'item_nobody_knows', item: userItem('u1') });
  line.send({
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'u1',
    content_index: 0,
    transcript: 'Will it rain?',
  });
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(session.chatCtx.getById('u1')).toMatchObject({ content: [] });
  line.created('r1');
  line.speak('r1', 'm1', 'No.');
  await vi.waitFor(() => expect(told).toHaveLength(2));
  expect(told).toMatchObject([{ isFinal: false }, { isFinal: true, transcript: 'Will it rain?' }]);
  expect(session.chatCtx.getById('u1')).toMatchObject({ content: ['Will it rain?'] });
});

test('a subclass gives up a reply that has said nothing: its streams end, and what still comes of it is not heard', async () => {
  const session = open();
  const line = await bench.service.line();
  const created = begun(session, line);
  const event = await created;
  await session.interrupt();
  expect(session.current).toBeInstanceOf(realtime.DiscardedGeneration);
  line.speak('r1', 'm1', 'too late');
  expect(await textsOf(event)).toEqual([]);
  expect(await all(event.functionStream)).toEqual([]);
  line.done('r1', 'cancelled');
  const again = begun(session, line, 'r2');
  line.send({ type: 'response.output_text.delta', response_id: 'r2', item_id: 'm2', delta: 'Yes?' });
  line.done('r2');
  expect(await textsOf(await again)).toEqual(['Yes?']);
});

test('a subclass decides what the conversation on the service should be', async () => {
  const session = open();
  const line = await bench.service.line();
  line.add(userItem('u1'));
  line.send({ type: 'conversation.item.input_audio_transcription.completed', item_id: 'u1', transcript: 'Hello?' });
  await next(session, 'input_audio_transcription_completed');
  await session.updateChatCtx(new llm.ChatContext([message('assistant', 'Hi.', 'a1')]));
  expect(line.all('conversation.item.delete')).toEqual([]);
  expect(line.all('conversation.item.create')).toMatchObject([{ previous_item_id: 'u1', item: { id: 'a1' } }]);
  expect(session.calls).toContain('createChatCtxUpdateEvents');
});

test('a subclass hears that the turn is over when the socket is lost, and when the next caller speaks', async () => {
  const session = open();
  const line = await bench.service.line();
  const finals: string[] = [];
  session.on('input_audio_transcription_completed', ({ isFinal, transcript }: llm.InputTranscriptionCompleted) => {
    if (isFinal) finals.push(transcript);
  });
  const completed = { type: 'conversation.item.input_audio_transcription.completed' };
  line.send({ ...completed, item_id: 'u1', transcript: 'one' });
  line.send({ type: 'input_audio_buffer.speech_started', item_id: 'u2' });
  await next(session, 'input_speech_started');
  expect(finals).toEqual(['one']);
  line.send({ ...completed, item_id: 'u2', transcript: 'two' });
  await next(session, 'input_audio_transcription_completed');
  await bench.clock.advance(6_000);
  line.socket.terminate();
  await bench.until(() => bench.service.lines.length === 2);
  expect(finals).toEqual(['one', 'two']);
  expect(session.calls).toContain('resetInputTurnState');
});

test('what a subclass says about its model holds, also after the options changed', () => {
  const model = new OddModel({ apiKey: 'sk-1' });
  expect(model.capabilities).toMatchObject({ perResponseToolChoice: false, turnDetection: true });
  model.updateOptions({ turnDetection: null, inputAudioTranscription: null });
  expect(model.capabilities).toMatchObject({
    perResponseToolChoice: false,
    turnDetection: false,
    userTranscription: false,
  });
});

test('a silence that coaxes the model back to speech is added on request and taken out by the next update', async () => {
  const session = open();
  const line = await bench.service.line();
  await line.event('session.update');
  const chatCtx = new llm.ChatContext([message('user', 'Hello?', 'u1')]);
  const [, silence] = await session['createChatCtxUpdateEvents'](chatCtx, true);
  expect(silence).toMatchObject({ previous_item_id: 'u1', item: { content: [{ type: 'input_audio' }] } });
  session.sendEvent(silence as realtime.ConversationItemCreateEvent);
  await vi.waitFor(() => expect(session.chatCtx.items).toHaveLength(1));
  await session.updateChatCtx(chatCtx);
  expect(line.all('conversation.item.delete')).toHaveLength(1);
  expect(session.chatCtx.items.map(({ id }) => id)).toEqual(['u1']);
});

function userItem(id: string): object {
  return { id, type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] };
}
