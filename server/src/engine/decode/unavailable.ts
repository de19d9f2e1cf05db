/** Why there are no kernels, in words: onnxruntime goes on. */
export class KernelsUnavailable extends Error {
  /** Whether it will be so the next time, too. */
  readonly isLasting: boolean;

  constructor(message: string, isLasting: boolean) {
    super(message);
    this.name = "KernelsUnavailable";
    this.isLasting = isLasting;
  }
}
