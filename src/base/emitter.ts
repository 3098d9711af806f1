/** One kind of news and those who listen. Listeners run in the order they came; one that throws does not stop the others. */
export interface Emitter<T> {
  on(listener: (value: T) => void): () => void
  emit(value: T): void
}

export function createEmitter<T>(onError: (error: unknown) => void): Emitter<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value)
        } catch (error) {
          onError(error)
        }
      }
    },
  }
}
