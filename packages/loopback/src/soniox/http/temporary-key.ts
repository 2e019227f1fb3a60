import { readBody } from '../../http/body.ts';
import { parseObject } from '../../http/json.ts';
import type { JsonObject } from '../../http/json.ts';
import { invalid } from '../errors.ts';
import { USAGES } from '../keys.ts';
import type { TemporaryKeyRequest } from '../keys.ts';
import type { Answer } from './index.ts';
import { hasKey, reply, replyError } from './reply.ts';
import type { FieldError } from './reply.ts';

const INVALID = 'Your request did not pass validation. One or more fields in the request body are missing or invalid.';

/** `POST /v1/auth/temporary-api-key`. https://soniox.com/docs/stt/api-reference/auth/create_temporary_api_key */
export const lendKey: Answer = async (request, response, context) => {
  if (!hasKey(request, response, context)) return;
  const body = parseObject((await readBody(request).catch(() => Buffer.alloc(0))).toString('utf8')) ?? {};
  const wrong = checkBody(body);
  if (wrong.length > 0) return replyError(response, invalid(INVALID), wrong);
  reply(response, 201, context.keys.lend(readRequest(body)));
};

function readRequest(body: JsonObject): TemporaryKeyRequest {
  return {
    usage: USAGES.find((usage) => usage === body.usage_type)!,
    expiresInSeconds: body.expires_in_seconds as number,
    singleUse: body.single_use === true,
    maxSessionSeconds: (body.max_session_duration_seconds ?? undefined) as number | undefined,
  };
}

function checkBody(body: JsonObject): FieldError[] {
  const { usage_type, expires_in_seconds, client_reference_id, single_use, max_session_duration_seconds } = body;
  const known = USAGES.map((usage) => `'${usage}'`).join(' or ');
  const rules: [name: string, value: unknown, isRequired: boolean, isGood: boolean, message: string][] = [
    ['usage_type', usage_type, true, USAGES.some((usage) => usage === usage_type), `Input should be ${known}`],
    ['expires_in_seconds', expires_in_seconds, true, isWithin(expires_in_seconds, 3_600), range(3_600)],
    ['client_reference_id', client_reference_id, false, isShort(client_reference_id), 'Input should be a short string'],
    ['single_use', single_use, false, typeof single_use === 'boolean', 'Input should be a valid boolean'],
    [
      'max_session_duration_seconds',
      max_session_duration_seconds,
      false,
      isWithin(max_session_duration_seconds, 18_000),
      range(18_000),
    ],
  ];
  return rules.flatMap(([name, value, isRequired, isGood, message]) => {
    const isMissing = value === undefined || value === null;
    if (isMissing ? !isRequired : isGood) return [];
    const location = `body.payload.${name}`;
    return isMissing
      ? [{ error_type: 'missing', location, message: 'Field required' }]
      : [{ error_type: 'value_error', location, message }];
  });
}

function isWithin(value: unknown, maximum: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maximum;
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 256;
}

function range(maximum: number): string {
  return `Input should be between 1 and ${maximum}`;
}
