import type { Words } from '@patchbay/plugin-kit';

// Names for completion in an editor; any other name is passed on.
// https://developers.deepgram.com/docs/models-languages-overview, https://developers.deepgram.com/docs/tts-models

type Nova2 =
  Words<'general meeting phonecall finance conversationalai voicemail video medical drivethru automotive atc'>;
type Older = Words<'meeting phonecall finance conversationalai voicemail video'>;

/** Models of {@link STT}. */
export type STTModels =
  | 'nova-3'
  | `nova-3-${'general' | 'medical' | 'multilingual'}`
  | `nova-2-${Nova2}`
  | `nova-${'general' | 'phonecall' | 'meeting'}`
  | `enhanced-${'general' | 'meeting' | 'phonecall' | 'finance'}`
  | 'base'
  | Older
  | `whisper-${'tiny' | 'base' | 'small' | 'medium' | 'large'}`
  | 'flux-general-en';

/** Models of {@link STTv2}. */
export type V2Models = `flux-general-${'en' | 'multi'}`;

export type STTLanguages =
  | Words<'da de id it ja ko multi nl no pl ru sv ta taq th tr uk'>
  | `en${'' | '-AU' | '-GB' | '-IN' | '-NZ' | '-US'}`
  | `es${'' | '-419' | '-LATAM'}`
  | `fr${'' | '-CA'}`
  | `hi${'' | '-Latn'}`
  | `pt${'' | '-BR'}`
  | `zh${'' | '-CN' | '-HK' | '-TW'}`;

type Aura2 = Words<
  | 'andromeda apollo arcas aries artemis asteria athena atlas aurora callisto cetus chiron columbia cordelia cora'
  | 'crina delia draco electra eos harmonia helena helios hera hermes hyperion io iris janus juno jupiter luna mars'
  | 'minerva mira neptune odysseus ophelia ophiuchus orion orpheus pandora phoebe pluto saturn selene thalia theia'
  | 'titan triton vega venus vesta zeus'
>;
type Aura1 = Words<'angus arcas asteria athena helios hera luna orion orpheus perseus stella zeus'>;

/** Voices of {@link TTS}. */
export type TTSModels = `aura-2-${Aura2}-en` | `aura-${Aura1}-en`;

type FluxVoice = Words<
  | 'alexis bree brittany brooke bruce cliff cole colin conor donovan drew elise gemma haley hannah heather jack kai'
  | 'kelsey kit maeve marcelo marcus meena meghan miles naveen paige priya rufus sean sharon sienna tanner wade wes'
>;

/** Voices of {@link TTSv2}. https://developers.deepgram.com/docs/flux-tts/voices */
export type FluxTTSModels = `flux-${FluxVoice}-en`;

export type TTSEncoding = 'linear16' | 'mulaw' | 'alaw' | 'mp3' | 'opus' | 'flac' | 'aac';
