/** What some work gives, or the RangeError in which a learner says that it cannot learn from these examples. @throws all others */
export function unlessRefused<T>(work: () => T): T | RangeError {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}
