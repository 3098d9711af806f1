/** A link in use, and single requests over it. */
import { err, ok, type Result } from '../../../base/result.ts'
import type { Link, YardClient } from './link.ts'
import { notSent, toProblem, type Problem } from './problem.ts'

export interface HeldLink {
  readonly link: Link
  readonly isOpen: boolean
}

export function holdLink(link: Link): HeldLink {
  const held = { link, isOpen: true }
  void link.closed.then(() => (held.isOpen = false))
  return held
}

/** `cut`: the link was lost before an answer came, so nobody knows whether it was carried out. */
export async function sendOver<T>(
  held: HeldLink,
  send: (client: YardClient) => Promise<T>,
): Promise<Result<T, Problem> | 'cut'> {
  try {
    return ok(await send(held.link.client))
  } catch (error) {
    const problem = toProblem(error)
    return problem === notSent && !held.isOpen ? 'cut' : err(problem)
  }
}
