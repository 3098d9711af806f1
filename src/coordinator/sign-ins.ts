/** Providers that wait for a person to sign in. When no task waits for that any more, nobody is left to say that it was done. */
import type { Breaker, EntityChange, Plan } from '../domain/plan.ts'
import { signedOutOf } from '../domain/decide/decide-reopen.ts'
import type { CommittedBatch } from './committed.ts'

export interface SignIns {
  note(batch: CommittedBatch): void
  /** The breaker of a provider that no task waits for. */
  isForNobody(breaker: Breaker): boolean
}

export function createSignIns(plan: Plan): SignIns {
  /** Providers for which somebody was seen to wait; looked at anew when a task has left that state. */
  const known = new Map<string, boolean>()
  const leaves = (change: EntityChange): boolean =>
    change.entity === 'task' &&
    change.before?.state.kind === 'waiting' &&
    change.after?.state.kind !== 'waiting'
  return {
    note({ changes }) {
      if (changes.some(leaves)) known.clear()
    },
    isForNobody({ kind, subject }) {
      if (kind !== 'provider') return false
      let isWaitedFor = known.get(subject)
      if (isWaitedFor === undefined)
        known.set(subject, (isWaitedFor = signedOutOf(plan, subject).length > 0))
      return !isWaitedFor
    },
  }
}
