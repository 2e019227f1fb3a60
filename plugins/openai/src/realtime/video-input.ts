import { llm } from '@livekit/agents';
import { VideoBufferType } from '@livekit/rtc-node';

/** LiveKit's frame, by the way of its own types: two copies of rtc-node would not agree about the class. */
export type VideoFrame = Exclude<llm.ImageContent['image'], string>;

/** Longest side of a picture, in pixels. The model sees no more in a larger one, and every pixel is sent and paid for. */
const longestSidePx = 1_024;

/**
 * Frames of a camera or a screen on their way to the model. One is under way at a time; of those that come meanwhile
 * only the newest follows, because what was seen before is past.
 */
export class VideoInput {
  readonly #show: (picture: string) => Promise<void>;
  readonly #failed: (error: unknown) => void;
  #waiting: VideoFrame | undefined;
  #isBusy = false;

  /** `show` is given a picture as a data URL, and resolves when the next may follow. */
  constructor(show: (picture: string) => Promise<void>, failed: (error: unknown) => void) {
    this.#show = show;
    this.#failed = failed;
  }

  push(frame: VideoFrame): void {
    this.#waiting = frame;
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting) {
      const frame = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#show(await pictureOf(frame));
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#isBusy = false;
  }
}

/** A PNG as a data URL. LiveKit encodes it (with sharp, which it brings), but takes the colours of BGRA for RGBA's. */
async function pictureOf(frame: VideoFrame): Promise<string> {
  const isPlain = frame.type === VideoBufferType.RGBA || frame.type === VideoBufferType.RGB24;
  const image = isPlain ? frame : frame.convert(VideoBufferType.RGBA);
  const scale = Math.min(1, longestSidePx / Math.max(image.width, image.height));
  const sized = (side: number): number => Math.max(1, Math.round(side * scale));
  const content = llm.createImageContent({
    image,
    ...(scale < 1 ? { inferenceWidth: sized(image.width), inferenceHeight: sized(image.height) } : {}),
  });
  const { base64Data, mimeType } = await llm.serializeImage(content);
  return `data:${mimeType};base64,${base64Data}`;
}
