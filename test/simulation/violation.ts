/** A promise of the design that did not hold. Ends the history that found it. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly promise: number
  constructor(promise: number, text: string) {
    super(`promise ${promise}: ${text}`)
    this.promise = promise
  }
}

export function holds(condition: boolean, promise: number, text: () => string): void {
  if (!condition) throw new Violation(promise, text())
}
