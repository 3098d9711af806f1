/** What a refusal is to the page. Apart from `problem.ts`, whose schemas belong to the entry: what loads before it must not bring them. */
export interface Problem {
  /** The failure's kind; `link` when nothing was answered. */
  readonly kind: string
  readonly message: string
  readonly hint: string | null
  /** What the failure is about, in the host's own words, e.g. the `path` of a cycle. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** Sends the same again; only where it was not sent. */
  readonly sendAgain?: () => void
}

/** Thrown by the page's own requests when what they found on the way forbids them to go on. */
export class Refusal extends Error {
  readonly problem: Problem
  constructor(message: string) {
    super(message)
    this.problem = { kind: 'wrong-state', message, hint: null }
  }
}
