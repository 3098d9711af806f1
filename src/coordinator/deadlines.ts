/** Judges what is over by time, after a look at the world: what ended while this process stood still did not run out of time. */
import type { Command } from '../domain/command.ts'
import type { Leases } from './leases.ts'
import type { CoordinatorParts } from './ports.ts'
import type { LivenessMonitor } from './liveness-monitor.ts'

interface DeadlineParts extends Pick<CoordinatorParts, 'defer' | 'log'> {
  readonly liveness: LivenessMonitor
  readonly leases: Leases
  look(): Promise<void>
  sendAll(commands: readonly Command[]): void
}

/** Turns of the loop in which a request that waits in a socket is read and answered. */
const TURNS_FOR_REQUESTS = 20

export function createDeadlines(parts: DeadlineParts) {
  const { liveness, leases } = parts
  let isLooking = false
  let isStopped = false
  const overdue = (): Command[] => [...liveness.timeouts(), ...leases.expired()]
  const lookAndJudge = async (): Promise<void> => {
    try {
      await parts.look()
      for (let turn = 0; turn < TURNS_FOR_REQUESTS; turn += 1)
        await new Promise<void>((resolve) => parts.defer(resolve))
      if (!isStopped) parts.sendAll(overdue())
    } catch (error) {
      parts.log.error('judging what is over by time failed; it is tried again', {
        error: String(error),
      })
    } finally {
      isLooking = false
    }
  }
  return {
    /** Looks, then ends those whose time or lease is over. The loop stood still for `stalledMs` before this (0 = it did not). */
    judge(stalledMs: number): void {
      if (stalledMs > 0) {
        liveness.giveBack(stalledMs)
        leases.giveBack(stalledMs)
      }
      if (isLooking || overdue().length === 0) return
      isLooking = true
      void lookAndJudge()
    },
    /** Ms until something is over; null while nothing has a deadline, or a look is under way. */
    nextInMs(): number | null {
      if (isLooking) return null
      const waits = [liveness.nextTimeoutInMs(), leases.nextInMs()].filter((ms) => ms !== null)
      return waits.length === 0 ? null : Math.min(...waits)
    },
    stop: () => void (isStopped = true),
  }
}
