/**
 * Leases of agents that somebody else runs. A living owner measures them on the monotonic clock, and an owner that has just come
 * gives each a whole new one: no claim is lost because the yard, or the machine, slept.
 */
import type { Agent } from '../domain/agent.ts'
import type { Command } from '../domain/command.ts'
import { bareEvidence } from '../domain/completion.ts'
import { workFailure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { CoordinatorParts } from './ports.ts'
import type { LivenessMonitor } from './liveness-monitor.ts'
import { mailFor } from './reports.ts'

export type Leases = ReturnType<typeof createLeases>

export function createLeases(parts: CoordinatorParts) {
  const { plan, clock, leases: book, startsAgents } = parts
  /** Monotonic instants at which they run out. */
  const ends = new Map<AgentId, number>()
  const leftOf = (agent: Agent & { leaseMs: number }): number => {
    let end = ends.get(agent.id)
    if (end === undefined) {
      end = clock.monotonic() + firstLeftMs(parts, agent)
      ends.set(agent.id, end)
    }
    return end - clock.monotonic()
  }
  const forget = (): void => {
    for (const id of ends.keys()) if (!plan.agents.has(id)) ends.delete(id)
  }
  return {
    /** Ends of those that were not renewed in time. */
    expired(): Command[] {
      forget()
      return leased(plan).flatMap((agent) => (leftOf(agent) > 0 ? [] : [endOf(parts, agent)]))
    },
    /** The loop stood still for so long: heartbeats of that time may still be on their way. */
    giveBack(stalledMs: number): void {
      for (const { id, leaseMs } of leased(plan)) {
        const end = ends.get(id)
        if (end !== undefined) ends.set(id, Math.min(end + stalledMs, clock.monotonic() + leaseMs))
      }
    },
    /** Ms until the next would run out; null without one. */
    nextInMs(): number | null {
      const left = leased(plan).map(leftOf)
      return left.length === 0 ? null : Math.max(0, Math.min(...left))
    },
    renew(id: AgentId): void {
      const agent = leased(plan).find((one) => one.id === id)
      if (!agent) return
      ends.set(id, clock.monotonic() + agent.leaseMs)
      book.write(id, clock.now() + agent.leaseMs)
    },
    /** Ms since 1970; null for one without a lease. */
    untilOf(id: AgentId): number | null {
      const agent = leased(plan).find((one) => one.id === id)
      if (!agent) return null
      if (!startsAgents) return writtenEnd(book, agent)
      return clock.now() + Math.max(0, leftOf(agent))
    },
  }
}

type Leased = Agent & { readonly leaseMs: number }

const leased = (plan: Plan): Leased[] =>
  [...plan.agents.values()].filter((agent): agent is Leased => agent.leaseMs !== null)

const writtenEnd = (book: CoordinatorParts['leases'], agent: Leased): number =>
  book.read(agent.id) ?? agent.claimedAt + agent.leaseMs

/**
 * A command that only settles what is over goes by the wall clock, and adds one lease of grace: the clock may have been set, and
 * the machine of the holder may have slept.
 */
function firstLeftMs(
  { clock, leases, startsAgents }: Pick<CoordinatorParts, 'clock' | 'leases' | 'startsAgents'>,
  agent: Leased,
): number {
  if (startsAgents) return agent.leaseMs
  return writtenEnd(leases, agent) + agent.leaseMs - clock.now()
}

const LOST = bareEvidence('lost')

function endOf(parts: CoordinatorParts, agent: Leased): Command {
  const reason = `its lease ran out: nothing was heard for ${Math.round(agent.leaseMs / 1000)} s`
  return {
    type: 'agent.end',
    agentId: agent.id,
    generation: agent.generation,
    endedAt: parts.clock.now(),
    evidence: { ...LOST, failure: workFailure('lost', reason) },
    usage: null,
    conversation: null,
    changes: null,
    artifacts: [],
    jitter: parts.random(),
    nextFireAt: null,
    ...mailFor(parts, { agent }),
  }
}

// Judges what is over by time, after a look at the world: what ended while this process stood still did not run out of time.

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
