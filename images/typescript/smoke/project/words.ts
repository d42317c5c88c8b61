export interface Word {
  readonly text: string;
}

export const letters = (word: Word): number => [...word.text].length;
