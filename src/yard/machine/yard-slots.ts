/** What one open yard takes of the machine's places. */
import { orElse } from '../../base/result.ts'
import { realpathSync } from 'node:fs'
import type { MemoryProbe } from '../../agents/process/host/identity.ts'
import type { Clock } from '../../base/clock.ts'
import { createEmitter } from '../../base/emitter.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../base/text.ts'
import { bytesText } from '../../domain/format.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { MachineSettings } from '../../domain/settings.ts'
import type { SlotBook, SlotOwner, TakenSlots } from '../../store/slot-book.ts'

export interface OpenedBook {
  readonly book: SlotBook
  /** This process. */
  readonly owner: SlotOwner
}

interface YardPlaceParts {
  readonly root: string
  /** Of the book, for people. */
  readonly file: string
  readonly settings: () => MachineSettings
  readonly memory: MemoryProbe
  readonly clock: Clock
  readonly log: Log
  /** Null while this process does not know itself yet. May throw. */
  readonly open: () => OpenedBook | null
  readonly onRefused: () => void
  readonly onFreed: () => void
  readonly onLeft: () => void
}

/** Other processes cannot tell when they give places back. */
const ASK_AGAIN_MS = 1000
/** Short tasks come and go; who lives is written for all that came and went so long. */
const WRITE_EVERY_MS = 50

export type YardSlots = ReturnType<typeof createYardSlots>

export function createYardSlots(parts: YardPlaceParts) {
  const room = createEmitter<void>((error) =>
    parts.log.error('a listener for places failed', { error: String(error) }),
  )
  const row = createRow(parts)
  let hold: MachineHold | null = null
  const take = (living: readonly AgentId[], wanted: number): number => {
    hold = wanted > 0 ? memoryHold(parts) : null
    if (wanted <= 0 || hold !== null) return 0
    const cap = parts.settings().maxAgents
    if (cap === null) return wanted
    const taken = row.take(living, wanted, cap)
    if ('problem' in taken) hold = uncounted(taken.problem, parts.file)
    else if (taken.given === 0) hold = fullMachine(cap, living.length, taken.others)
    if (hold === null && 'given' in taken) return taken.given
    parts.onRefused()
    return 0
  }
  return {
    take,
    note: row.note,
    retryInMs: () => (hold === null ? null : ASK_AGAIN_MS),
    onRoom: room.on,
    /** Why this yard was refused when it last asked; null = it was not. */
    hold: () => hold,
    /** Why nothing that needs memory may start now; null = it may. */
    shortage: () => memoryHold(parts),
    /** Somebody else has given places back. */
    hearRoom: () => {
      if (hold !== null) room.emit()
    },
    /** The yard is closed here; its agents go on and keep their places. */
    leave(): void {
      row.leave()
      parts.onLeft()
    },
  }
}

function memoryHold({ settings, memory }: YardPlaceParts): MachineHold | null {
  const limit = settings().minFreeMemory ?? memory.usualLimit
  if (limit === 0) return null
  const free = memory.free()
  return free < limit ? shortOfMemory(free, limit) : null
}

type Taken = TakenSlots | { readonly problem: string }

function createRow({ root, clock, log, open, onFreed }: YardPlaceParts) {
  const key = keyOf(root)
  let living: readonly AgentId[] = []
  /** As the book has it; null = not known. */
  let written: string | null = null
  let held = 0
  let cancel: (() => void) | null = null
  const later = (isOver: boolean): void => {
    if (!isOver) cancel = clock.after(ASK_AGAIN_MS, () => write(false))
  }
  const write = (isOver: boolean): void => {
    cancel?.()
    cancel = null
    try {
      const opened = open()
      if (opened === null) return later(isOver)
      opened.book.note(key, isOver ? null : opened.owner, { agents: living, at: clock.now() })
      const before = held
      written = living.join(' ')
      held = living.length
      if (held < before) onFreed()
    } catch (error) {
      log.warn('the agents here could not be counted', { error: String(error) })
      later(isOver)
    }
  }
  return {
    take(agents: readonly AgentId[], wanted: number, cap: number): Taken {
      try {
        const opened = open()
        if (opened === null) return { problem: 'this process has not found itself yet' }
        const wish = { agents, wanted, cap, at: clock.now() }
        const taken = opened.book.take(key, opened.owner, wish)
        if (taken.given === 0) return taken
        held = agents.length + taken.given
        written = null
        return taken
      } catch (error) {
        return { problem: errorText(error) }
      }
    },
    note(agents: readonly AgentId[]): void {
      living = agents
      // What was reserved becomes names at once, so that after a crash it is known which agents to look for.
      if (written === null && held > 0) return write(false)
      if (agents.join(' ') !== written) cancel ??= clock.after(WRITE_EVERY_MS, () => write(false))
    },
    leave(): void {
      if (written !== '') write(true)
      cancel?.()
      cancel = null
    },
  }
}

/** One yard under two names is one yard. */
function keyOf(root: string): string {
  return orElse(() => realpathSync(root), root)
}

/** Why this machine lets no agent start, in words. */
export type MachineHold = { readonly kind: 'cap' | 'memory'; readonly text: string }

const fullMachine = (cap: number, own: number, others: number): MachineHold => ({
  kind: 'cap',
  text:
    cap === 0
      ? 'this machine starts no agents: machine.max_agents is 0'
      : `all places of this machine are taken (${own + others} of ${cap}${others === 0 ? '' : `, ${others} of them in other yards`})`,
})

const shortOfMemory = (free: number, limit: number): MachineHold => ({
  kind: 'memory',
  text: `the machine has ${bytesText(free)} free of memory; agents wait until ${bytesText(limit)}`,
})

export const uncounted = (why: string, file: string): MachineHold => ({
  kind: 'cap',
  text: `the agents of this machine cannot be counted, and it has a cap: ${why} (${file})`,
})
