/** https://developers.deepgram.com/docs/errors#413-input-text-exceeded-character-limit */
export const MAX_CHARACTERS = 2_400;
/** https://developers.deepgram.com/docs/errors#413-request-body-exceeded-2mb */
export const MAX_MESSAGE_BYTES: number = 2 * 1024 * 1024;
