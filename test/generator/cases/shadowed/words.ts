/** What the manifest imports. */
export type Word = string

export function split(text: string): readonly Word[] {
  return text.split(' ')
}

export function join(words: readonly Word[]): string {
  return words.join(' ')
}
