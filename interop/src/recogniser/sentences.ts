/** What is said: things that people and their assistants say to each other. */
export const sentences: readonly string[] = [
  'Hello, how are you today?',
  'Please turn on the lights in the kitchen.',
  'What is the weather in London tomorrow?',
  'I would like to book a table for two people.',
  "The meeting starts at nine o'clock in the morning.",
  'Can you tell me the way to the station?',
  'Your order will arrive on Monday afternoon.',
  'She has been waiting for the train all day.',
  'I am sorry, I did not understand the question.',
  'The doctor can see you at half past three.',
  'My brother lives in a small house near the river.',
  'Could you please speak a little more slowly?',
  'We need more time to finish the work.',
  'The children are playing in the garden.',
  'Thank you very much for your help today.',
];
