import type { Step } from '../script.ts';
import type { Attack } from './attack.ts';

/** What is said under fire: the demo's conversation, and small talk in its middle for as many turns as there are faults. */
const beginning: readonly Step[] = [
  {
    say: 'What is the weather in Paris tomorrow?',
    answer: 'It will be sunny in Paris tomorrow, with a high of twenty four degrees.',
  },
  {
    say: 'Please tell me a story about the sea.',
    interruptAfterMs: 4_000,
    answer:
      'Once upon a time a lighthouse keeper kept a garden of radios. Every evening he tuned them to the sea. ' +
      'One night all of them answered at once, and the sea asked him for a song. He sang until the morning ships came home.',
  },
  {
    say: 'Sorry, please book a table for two at seven.',
    answer: 'Done. A table for two at seven this evening.',
  },
];
const smallTalk: readonly string[] = [
  'Is the harbour open on Sunday?',
  'When does the last ferry leave?',
  'Do you also sell fishing lines?',
  'How far is it to the lighthouse?',
  'My brother is afraid of water.',
  'We will be there before the tide.',
  'Can we leave the car at the pier?',
  'The children want to see the seals.',
  'I will bring my own umbrella.',
];
const ending: Step = { say: 'Thank you and goodbye.', answer: 'You are welcome. Goodbye!' };

/** A conversation in which each turn has its fault. At least four, and the second one may not cut its answer: the caller does. */
export function underFire(attacks: readonly Attack[]): Step[] {
  const talk = smallTalk.slice(0, attacks.length - 4).map((say): Step => ({ say, answer: `You said: ${say}` }));
  return [...beginning, ...talk, ending].map((step, index) => ({ ...step, attack: attacks[index]! }));
}
