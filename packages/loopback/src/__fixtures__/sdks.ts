import OpenAI6 from 'openai';
import { ResponsesWS as ResponsesWS6 } from 'openai/resources/responses/ws';
import OpenAI7 from 'openai-7';
import { ResponsesWS as ResponsesWS7 } from 'openai-7/resources/responses/ws';

/** The official SDK in one version. Their types differ in detail only; the tests are written against the newer ones. */
export interface Sdk {
  name: string;
  OpenAI: typeof OpenAI7;
  ResponsesWS: typeof ResponsesWS7;
}

/** The version that the plugin ships with, and the newest one. */
export const sdks: readonly Sdk[] = [
  {
    name: 'openai 6',
    OpenAI: OpenAI6 as unknown as typeof OpenAI7,
    ResponsesWS: ResponsesWS6 as unknown as typeof ResponsesWS7,
  },
  { name: 'openai 7', OpenAI: OpenAI7, ResponsesWS: ResponsesWS7 },
];
