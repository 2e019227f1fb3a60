const MODEL_FIELD =
  /(content-disposition: form-data;[^\r\n]*\bname="model"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n)([^\r\n]*)/i;

/** Replaces the `model` field of a multipart form; `unknown` is the alias that stands for nothing. */
export function rewriteForm(
  body: Buffer,
  contentType: string | undefined,
  resolve: (alias: string) => string | undefined,
): { body: Buffer; unknown?: string } {
  if (!contentType?.startsWith('multipart/form-data')) return { body };
  // One byte is one character, so that audio in the form survives.
  const text = body.toString('latin1');
  const alias = MODEL_FIELD.exec(text)?.[2];
  if (alias === undefined) return { body };
  const model = resolve(alias);
  if (model === undefined) return { body, unknown: alias };
  return {
    body: Buffer.from(
      text.replace(MODEL_FIELD, (_all, head: string) => head + model),
      'latin1',
    ),
  };
}
