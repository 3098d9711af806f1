/**
 * The places that this machine has for agents, over all yards of its user. Each owner of a yard writes who lives there into one
 * shared book; what it takes and what others have is one transaction. A row whose owner is gone counts for as long as its agents
 * live, so a crash neither blocks places for ever nor gives them away too early.
 */
import { join } from 'node:path'
import {
  createProcessHost,
  isAlive,
  type MemoryProbe,
  startTimeOf,
  systemMemory,
} from '../../agents/process/host/identity.ts'
import type { ProcessHost } from '../../agents/process/host/process-host.ts'
import { stageStatus } from '../../agents/process/recover.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { userPaths, yardPaths } from '../../config/paths.ts'
import type { MachineSettings } from '../../domain/settings.ts'
import { openSlotBook, type SlotBook, type SlotRow } from '../../store/slot-book.ts'
import { createYardSlots, type OpenedBook, type YardSlots } from './yard-slots.ts'
import type { Scope } from '../../base/scope.ts'

/** One for all yards of a process. */
export type Slots = ReturnType<typeof createSlots>

interface PlacesParts {
  /** The user's data folder. */
  readonly dataFolder: string
  readonly host: ProcessHost
  readonly memory: MemoryProbe
  readonly clock: Clock
  readonly log: Log
}

/** So long an owner may have taken from its claim to the agent's first sign. */
const STARTING_MS = 60_000
/** Looking at processes costs, on some systems, a process. */
const TIDY_EVERY_MS = 5000

export function createSlots(parts: PlacesParts) {
  const { clock, host, memory } = parts
  const log = sayOnce(parts.log)
  const yards = new Set<YardSlots>()
  const books = createBooks(parts)
  let tidiedAt: number | null = null
  let tidying: Promise<void> | null = null
  const tellRoom = (): void => {
    for (const yard of yards) yard.hearRoom()
  }
  const tidyNow = async (): Promise<void> => {
    tidiedAt = clock.monotonic()
    try {
      await books.known()
      const book = books.open()?.book
      for (const row of book?.rows() ?? []) {
        const left = await leftOf(row, host, clock.now())
        if (left === null) continue
        book?.settle(row, left)
        tellRoom()
      }
    } catch (error) {
      log.warn('agents of other yards could not be counted anew', { error: String(error) })
    }
  }
  const tidy = (): Promise<void> =>
    (tidying ??= tidyNow().finally(() => {
      tidying = null
    }))
  const isTidy = (): boolean => tidiedAt !== null && clock.monotonic() < tidiedAt + TIDY_EVERY_MS
  return {
    join(root: string, settings: () => MachineSettings): YardSlots {
      const yard = createYardSlots({
        root,
        file: books.file,
        settings,
        memory,
        clock,
        log,
        open: books.open,
        onRefused: () => void (isTidy() || tidy()),
        onFreed: tellRoom,
        onLeft: () => void yards.delete(yard),
      })
      yards.add(yard)
      // What was asked for before this process knew itself is asked for again.
      void books.known().then(tellRoom, () => {})
      return yard
    },
    /** Looks after rows whose owner is gone. Resolves when all of them have been looked at. */
    tidy,
    close: books.close,
  }
}

/** The book is opened with the first word in it, and once this process knows who it is itself. */
function createBooks({ dataFolder, host }: Pick<PlacesParts, 'dataFolder' | 'host'>) {
  const file = join(dataFolder, 'machine', 'places-1.db')
  let self: (Omit<OpenedBook, 'book'> & { readonly bootId: string }) | null = null
  let knowing: Promise<void> | null = null
  let book: SlotBook | null = null
  const know = async (): Promise<void> => {
    const { pid } = process
    const startTime = await startTimeOf(pid, host)
    if (startTime === null) throw new Error('this process does not find itself')
    self = { owner: { pid, startTime }, bootId: await host.bootId() }
  }
  return {
    file,
    known: (): Promise<void> =>
      (knowing ??= know().catch((error: unknown) => {
        knowing = null
        throw error
      })),
    open(): OpenedBook | null {
      if (self === null) return null
      return { book: (book ??= openSlotBook(file, self.bootId)), owner: self.owner }
    },
    close(): void {
      book?.close()
      book = null
    },
  }
}

/** Agents that still have a slot of a row whose owner is gone; null while there is nothing to settle. */
async function leftOf(
  row: SlotRow,
  host: ProcessHost,
  now: number,
): Promise<readonly string[] | null> {
  const { owner, agents, reserved } = row
  if (owner !== null && (await isAlive({ ...owner, bootId: await host.bootId() }, host)))
    return null
  const folder = yardPaths(row.yard).agents
  const isFresh = Math.abs(now - row.at) < STARTING_MS
  const left: string[] = []
  for (const id of agents) {
    const look = await stageStatus(join(folder, id), host)
    if (look === 'alive' || (look === 'starting' && isFresh)) left.push(id)
  }
  return left.length === agents.length && reserved === 0 ? null : left
}

/** What goes wrong every second is worth one line. */
function sayOnce(log: Log): Log {
  let last = ''
  const warn: Log['warn'] = (message, facts) => {
    const text = `${message} ${JSON.stringify(facts)}`
    if (text !== last) log.warn(message, facts)
    last = text
  }
  return { ...log, warn }
}

type Env = Readonly<Record<string, string | undefined>>

export const openMachineSlots = (env: Env, clock: Clock, log: Log): Slots =>
  createSlots({
    dataFolder: userPaths(env).data,
    clock,
    log,
    host: createProcessHost(),
    memory: systemMemory,
  })

/** There is room for all: where nothing is started, or something stands in for processes of this machine. */
export const ROOMY: YardSlots = {
  take: (_living, wanted) => wanted,
  note() {},
  retryInMs: () => null,
  onRoom: () => () => {},
  hold: () => null,
  shortage: () => null,
  hearRoom() {},
  leave() {},
}

/** The place of one yard, in the book that all yards of this process share, or in one opened for this yard alone. */
export function openSlots(
  options: Pick<PlacesParts, 'clock' | 'log'> & {
    readonly places?: Slots
    readonly runtime?: unknown
    readonly runsAgents: boolean
    readonly env: Env
    readonly paths: { readonly root: string }
  },
  settings: () => MachineSettings,
  scope: Scope,
): YardSlots {
  const { places: shared, runsAgents, runtime, env, paths, clock, log } = options
  if (!runsAgents || (runtime && !shared)) return ROOMY
  const places = shared ?? openMachineSlots(env, clock, log)
  if (!shared) scope.add(() => places.close())
  const place = places.join(paths.root, settings)
  scope.add(() => place.leave())
  return place
}
