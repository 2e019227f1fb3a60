import { objectOf, parseObject, stringOf } from '../../http/json.ts';
import { addField, rewriteForm } from '../form.ts';
import { withLiveSession } from '../live.ts';
import { mapTranscriptionModel } from '../transcription-model.ts';
import type { Relay } from '../relay.ts';
import type { Call, GatewayContext } from '../types.ts';
import { refusal, type Refusal } from './access.ts';

const MESSAGE =
  'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.';

export const noDeployment: Refusal = refusal(404, 'DeploymentNotFound', MESSAGE);

/** The model behind a deployment; `undefined` when there is none of that name. */
export function modelOf(deployment: string, { settings }: GatewayContext): string | undefined {
  return settings.models ? settings.models[deployment] : deployment;
}

/**
 * A body that names the model where the client named a deployment: in the body, or, with `deployment`, in the path,
 * which wins. `undefined`: there is no such deployment. Bodies without a model stay as they are.
 */
export function withModel(call: Call, gateway: GatewayContext, deployment?: string): Buffer | string | undefined {
  const type = call.request.headers['content-type'] ?? '';
  if (type.startsWith('multipart/form-data')) {
    const { body, unknown } = rewriteForm(call.body, type, (named) => modelOf(deployment ?? named, gateway));
    if (unknown !== undefined) return undefined;
    if (deployment === undefined || body !== call.body) return body;
    const model = modelOf(deployment, gateway);
    return model === undefined ? undefined : addField(body, type, 'model', model);
  }
  const body = parseObject(call.body.toString('utf8'));
  const written = deployment ?? stringOf(body?.model);
  if (!body || written === undefined) return call.body;
  const model = modelOf(written, gateway);
  return model === undefined ? undefined : JSON.stringify({ ...body, model });
}

/**
 * The same for events on a socket: `response.create`, the transcription model of a `session.update`, and the models of a
 * Live session, its own and its backend's.
 */
export function withModelInEvent(text: string, relay: Relay, gateway: GatewayContext): string | undefined {
  const event = parseObject(text);
  if (event?.type === 'response.create' && typeof event.model === 'string') {
    const model = modelOf(event.model, gateway);
    if (model !== undefined) return JSON.stringify({ ...event, model });
    relay.sendEvent({ type: 'error', status: 404, error: { type: 'invalid_request_error', ...errorOf(noDeployment) } });
    return undefined;
  }
  if (event?.type === 'session.start') return withLiveModels(text, relay, gateway);
  const session = objectOf(event?.session);
  const transcription = objectOf(objectOf(objectOf(session.audio).input).transcription);
  const named = event?.type === 'session.update' ? stringOf(transcription.model) : undefined;
  if (named === undefined) return text;
  const model = modelOf(named, gateway);
  if (model !== undefined) return mapTranscriptionModel(text, () => model);
  const error = {
    type: 'invalid_request_error',
    ...errorOf(noDeployment),
    param: 'session.audio.input.transcription.model',
  };
  relay.sendEvent({ type: 'error', error: { ...error, event_id: event?.event_id ?? null } });
  return undefined;
}

function withLiveModels(text: string, relay: Relay, gateway: GatewayContext): string | undefined {
  const session = objectOf(objectOf(parseObject(text)).session);
  const delegation = objectOf(session.delegation);
  const backend = objectOf(delegation.responses);
  const renamed: Record<string, unknown> = {};
  for (const [param, named] of [
    ['session.model', stringOf(session.model)],
    ['session.delegation.responses.model', stringOf(backend.model)],
  ] as const) {
    if (named === undefined) continue;
    const model = modelOf(named, gateway);
    if (model === undefined) {
      relay.sendEvent({ type: 'error', error: { type: 'invalid_request_error', ...errorOf(noDeployment), param } });
      return undefined;
    }
    if (param === 'session.model') renamed.model = model;
    else renamed.delegation = { ...delegation, responses: { ...backend, model } };
  }
  return withLiveSession(text, renamed);
}

function errorOf({ body }: Refusal): object {
  return objectOf(objectOf(body).error);
}
