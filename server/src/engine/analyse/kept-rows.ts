/** Rows beyond those that are expected: what is typed next finds room. */
const spare = 64;

/** Rows of numbers at one hook point, one a token, in one array that grows: no token has an object of its own. */
export class KeptRows {
  /** `[tokens or more · width]` */
  values = new Float32Array(0);
  width = 0;

  /**
   * Puts the rows of the tokens from `from` on behind those before them.
   * @param x `[rows · width]` @param expected how many tokens there will be
   */
  append(from: number, x: Float32Array, rows: number, expected: number): void {
    this.width = x.length / rows;
    const end = from * this.width + x.length;
    if (end > this.values.length) {
      const grown = new Float32Array(Math.max(end, (expected + spare) * this.width));
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set(x, from * this.width);
  }
}
