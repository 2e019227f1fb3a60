/** Of what a caller says and hears, Hz. The engine converts from and to Opus, which has 48 kHz. */
export const sampleRate = 24_000;
