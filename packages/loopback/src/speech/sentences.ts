/** Text as it comes from a language model, handed on sentence by sentence. */
export class Sentences {
  #text = '';

  /** Every sentence that is complete now; one is when something follows it. */
  add(text: string): string[] {
    this.#text += text;
    const complete = /^[\s\S]*[.?!…]["'”’)]*\s+/.exec(this.#text)?.[0] ?? '';
    this.#text = this.#text.slice(complete.length);
    return complete.match(/[\s\S]+?[.?!…]["'”’)]*\s+/g) ?? [];
  }

  /** What is left. */
  rest(): string {
    const rest = this.#text;
    this.#text = '';
    return rest;
  }
}
