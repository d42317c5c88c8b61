/** An answer as it is streamed, put together from pieces with places; the same pieces again change nothing. */

export interface Delta {
  attempt: number;
  offset: number;
  text: string;
}

/** Places count characters (code points), not UTF-16 units. A new attempt begins afresh. */
export class StreamedText {
  private attempt = 0;
  private points: string[] = [];

  /** What is to be shown after this piece: text to add to what is there, or the whole text anew. */
  take({ attempt, offset, text }: Delta): { append: string } | { whole: string } {
    const anew = attempt !== this.attempt || (offset === 0 && this.points.length > 0) || offset < this.points.length;
    if (attempt !== this.attempt) {
      this.attempt = attempt;
      this.points = [];
    }
    this.points.length = Math.min(offset, this.points.length);
    for (const point of text) this.points.push(point);
    return anew ? { whole: this.points.join("") } : { append: text };
  }
}
