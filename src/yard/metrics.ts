/** CPU and memory of each agent's processes and of this machine. Looked at every two seconds, and only while somebody follows. */
import { cpus, freemem, totalmem } from 'node:os'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Runtime, TreeUse } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'

/** Of an agent's whole process tree; null where nobody knows. */
export interface AgentMetrics {
  /** Per cent of one core since the look before. */
  readonly cpuPercent: number | null
  readonly memoryBytes: number | null
  readonly processes: number | null
}

export interface MachineMetrics {
  readonly cores: number
  /** Per cent of all cores; null until it was measured twice. */
  readonly cpuPercent: number | null
  readonly memoryBytes: number
  readonly memoryUsedBytes: number
}

/** This machine as its system tells it: busy and total CPU time are sums over all cores since it began, in ms. */
export interface MachineProbe {
  look(): {
    readonly cores: number
    readonly busyMs: number
    readonly totalMs: number
    readonly memoryBytes: number
    readonly memoryUsedBytes: number
  }
}

export interface Metrics {
  of(id: AgentId): AgentMetrics
  machine(): MachineMetrics
  /** Looks from now on until the returned function is called. */
  watch(): () => void
}

const EVERY_MS = 2000
/** A step that is worth telling; every byte would be news each time. */
const MEMORY_STEP = 16 * 1024 * 1024
const UNKNOWN: AgentMetrics = { cpuPercent: null, memoryBytes: null, processes: null }

type Parts = {
  readonly runtime: Pick<Runtime, 'measure'>
  readonly clock: Clock
  readonly log: Log
  readonly probe?: MachineProbe
}

export function createMetrics({ runtime, clock, log, probe = systemProbe }: Parts): Metrics {
  const trees = createTreeVitals(clock)
  const machine = createMachineVitals(probe)
  let watchers = 0
  let cancel = (): void => {}
  // On a busy machine a look may take longer than the time to the next one.
  let isMeasuring = false
  const measure = async (): Promise<void> => {
    isMeasuring = true
    try {
      const uses = await runtime.measure()
      if (watchers > 0) trees.note(uses)
    } catch (error) {
      log.error('measuring the agents failed', { error: String(error) })
    } finally {
      isMeasuring = false
    }
  }
  const look = (): void => {
    machine.look()
    if (!isMeasuring) void measure()
    cancel = clock.after(EVERY_MS, look)
  }
  return {
    of: trees.of,
    machine: () => machine.told(watchers > 0),
    watch() {
      watchers += 1
      if (watchers === 1) look()
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        watchers -= 1
        if (watchers > 0) return
        cancel()
        trees.forget()
        machine.forget()
      }
    },
  }
}

function createTreeVitals(clock: Clock) {
  let last = new Map<AgentId, TreeUse & { readonly at: number }>()
  let told = new Map<AgentId, AgentMetrics>()
  return {
    of: (id: AgentId): AgentMetrics => told.get(id) ?? UNKNOWN,
    forget() {
      last = new Map()
      told = new Map()
    },
    note(uses: ReadonlyMap<AgentId, TreeUse>) {
      const at = clock.monotonic()
      const next = new Map<AgentId, AgentMetrics>()
      for (const [id, use] of uses) {
        const before = last.get(id)
        next.set(id, {
          cpuPercent: before && at > before.at ? cpuPercent(use, before, at) : null,
          memoryBytes: use.memoryBytes,
          processes: use.processes,
        })
      }
      last = new Map([...uses].map(([id, use]) => [id, { ...use, at }]))
      told = next
    },
  }
}

/** Never below 0: a child that ended takes its time along when nobody of the tree waited for it. */
const cpuPercent = (use: TreeUse, before: TreeUse & { at: number }, at: number): number =>
  Math.max(0, Math.round(((use.cpuMs - before.cpuMs) / (at - before.at)) * 100))

function createMachineVitals(probe: MachineProbe) {
  let last: ReturnType<MachineProbe['look']> | null = null
  let percent: number | null = null
  return {
    look() {
      const now = probe.look()
      const span = last ? now.totalMs - last.totalMs : 0
      if (last && span > 0)
        percent = Math.min(100, Math.max(0, Math.round(((now.busyMs - last.busyMs) / span) * 100)))
      last = now
    },
    forget() {
      last = null
      percent = null
    },
    told(isWatched: boolean): MachineMetrics {
      const { cores, memoryBytes, memoryUsedBytes } = (isWatched ? last : null) ?? probe.look()
      return {
        cores,
        cpuPercent: percent,
        memoryBytes,
        memoryUsedBytes: Math.round(memoryUsedBytes / MEMORY_STEP) * MEMORY_STEP,
      }
    },
  }
}

export const systemProbe: MachineProbe = {
  look() {
    const all = cpus()
    let busyMs = 0
    let totalMs = 0
    for (const { times } of all) {
      const busy = times.user + times.nice + times.sys + times.irq
      busyMs += busy
      totalMs += busy + times.idle
    }
    const memoryBytes = totalmem()
    return {
      cores: all.length,
      busyMs,
      totalMs,
      memoryBytes,
      memoryUsedBytes: memoryBytes - freemem(),
    }
  },
}
