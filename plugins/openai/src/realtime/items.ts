import { llm, shortuuid } from '@livekit/agents';
import { AudioFrame, combineAudioFrames } from '@livekit/rtc-node';
import { base64Of, logger } from '@patchbay/plugin-kit';
import { SAMPLE_RATE } from './api-proto.ts';
import type { Content, ConversationItemCreateContent, InputImageContent, ItemResource } from './api-proto.ts';
import type { Loose } from './loose.ts';

/** Pictures of a message as data URLs, by their place in the message's content. */
export type Images = ReadonlyMap<number, string>;

/** An item as LiveKit knows it → as the service wants it, with its pictures read and encoded. */
export async function livekitItemToOpenAIItem(item: llm.ChatItem): Promise<ItemResource> {
  // The service takes it without `object`, which LiveKit's type of the result has, and LiveKit's result has not.
  return itemToCreate(item, await imagesOf(item)) as ItemResource;
}

/** The same without waiting: pictures that are not at hand are left out. */
export function itemToCreate(item: llm.ChatItem, images: Images = new Map()): ConversationItemCreateContent {
  switch (item.type) {
    case 'function_call':
      return { id: item.id, type: 'function_call', call_id: item.callId, name: item.name, arguments: item.args };
    case 'function_call_output':
      return { id: item.id, type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'message': {
      const role = item.role === 'developer' ? 'system' : item.role;
      return { id: item.id, type: 'message', role, content: contentOf(item, images) } as ConversationItemCreateContent;
    }
    default:
      throw new Error(`Unsupported item type: ${item.type}`);
  }
}

/** Whether the service has a form for it: hand-offs and configuration changes are LiveKit's own affair. */
export function isConversational(item: llm.ChatItem): boolean {
  return item.type === 'message' || item.type === 'function_call' || item.type === 'function_call_output';
}

/** An item as the service sent it → as LiveKit knows it; `undefined` for kinds that LiveKit has no form for. */
export function openAIItemToLivekitItem(item: Loose<ItemResource>): llm.ChatItem | undefined {
  switch (item.type) {
    case 'function_call':
      return llm.FunctionCall.create({
        id: item.id,
        callId: item.call_id ?? '',
        name: item.name ?? '',
        args: item.arguments || '{}',
      });
    case 'function_call_output':
      return llm.FunctionCallOutput.create({
        id: item.id,
        callId: item.call_id ?? '',
        output: item.output ?? '',
        isError: false,
      });
    case 'message': {
      const parts = (Array.isArray(item.content) ? item.content : [item.content]) as Loose<Content | null>[];
      return llm.ChatMessage.create({ id: item.id, role: item.role ?? 'user', content: parts.flatMap(chatContentOf) });
    }
    default:
      return undefined;
  }
}

export async function imagesOf(item: llm.ChatItem): Promise<Images> {
  const images = new Map<number, string>();
  if (item.type !== 'message' || item.role !== 'user') return images;
  for (const [index, content] of item.content.entries()) {
    if (typeof content === 'string' || content.type !== 'image_content') continue;
    const serialized = await llm.serializeImage(content);
    if (serialized.base64Data) {
      images.set(index, `data:${serialized.mimeType};base64,${serialized.base64Data}`);
    } else {
      logger()?.warn({ itemId: item.id }, 'the Realtime API takes pictures as data only; a linked one is left out');
    }
  }
  return images;
}

const mockAudioPrefix = 'lk_mock_audio_item_';

export function isMockAudio(itemId: string): boolean {
  return itemId.startsWith(mockAudioPrefix);
}

/** Two seconds of silence from the user. */
export function mockAudio(): llm.ChatMessage {
  const frame = [AudioFrame.create(2 * SAMPLE_RATE, SAMPLE_RATE, 1)];
  return llm.ChatMessage.create({
    id: shortuuid(mockAudioPrefix),
    role: 'user',
    content: [llm.createAudioContent({ frame })],
  });
}

function contentOf(message: llm.ChatMessage, images: Images): Content[] {
  const assistant = message.role === 'assistant';
  const user = message.role === 'user';
  return message.content.flatMap((content, index): Content[] => {
    if (typeof content === 'string') return [{ type: assistant ? 'output_text' : 'input_text', text: content }];
    if (content.type === 'audio_content') {
      if (!user) return [];
      const { data } = combineAudioFrames(content.frame);
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [{ type: 'input_audio', audio: base64Of(bytes) }];
    }
    return content.type === 'image_content' ? pictureOf(content, images.get(index)) : [];
  });
}

function pictureOf({ image, inferenceDetail: detail }: llm.ImageContent, encoded: string | undefined): Content[] {
  const url = encoded ?? (typeof image === 'string' && image.startsWith('data:') ? image : undefined);
  if (url === undefined) return [];
  return [
    { type: 'input_image', image_url: url, ...(detail === 'auto' ? {} : { detail }) } satisfies InputImageContent,
  ];
}

function chatContentOf(content: Loose<Content> | null): llm.ChatContent[] {
  switch (content?.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return content.text ? [content.text] : [];
    case 'input_image':
      return content.image_url ? [llm.createImageContent({ image: content.image_url })] : [];
    default:
      // Audio: its transcript arrives in events of its own.
      return [];
  }
}
