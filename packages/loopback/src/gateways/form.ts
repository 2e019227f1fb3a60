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

/** A multipart form with one more field, at its end. */
export function addField(body: Buffer, contentType: string, name: string, value: string): Buffer {
  const boundary = /\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const end = body.lastIndexOf(`\r\n--${boundary?.[1] ?? boundary?.[2]}--`);
  if (end < 0) return body;
  const delimiter = body.subarray(end, body.lastIndexOf('--'));
  const field = Buffer.from(`\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`);
  return Buffer.concat([body.subarray(0, end), delimiter, field, body.subarray(end)]);
}
