import { Words } from './generated/word-count.js'

/** The words of a line, in lower case. */
export class SplitWords extends Words {
  protected override flatMapValues({ value }: Words.In): string[] {
    return value.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []
  }
}
