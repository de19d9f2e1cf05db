/** Who wants to hear of an event; a listener that throws does not keep the others from it. */
export class Listeners<T> {
  private readonly all = new Set<(value: T) => void>();

  /** @returns a function that ends the subscription. */
  on(listener: (value: T) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  emit(value: T): void {
    for (const listener of this.all) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
