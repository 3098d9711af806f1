/** CPU and memory of each agent's processes and of this machine, measured every two seconds while a client follows; and how fast agents write. */
import { cpus, freemem, totalmem } from 'node:os'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { AgentView, Summary } from '../contract/view.ts'
import type { Runtime, TreeUse } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'

type AgentMetrics = Pick<AgentView, 'cpuPercent' | 'memoryBytes' | 'processes'>
type MachineMetrics = Omit<Summary['machine'], 'hold'>

/** This machine as its system tells it: busy and total CPU time are sums over all cores since it began, in ms. */
export interface MachineProbe {
  look(): Omit<MachineMetrics, 'cpuPercent'> & {
    readonly busyMs: number
    readonly totalMs: number
  }
}

export type Metrics = ReturnType<typeof createMetrics>

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

export function createMetrics({ runtime, clock, log, probe = systemProbe }: Parts) {
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
    machine: (): MachineMetrics => machine.told(watchers > 0),
    /** Looks from now on until the returned function is called. */
    watch(): () => void {
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

/** Never below 0: a child that ended takes its time along when no process of the tree waited for it. */
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

/** How fast agents write: bytes of output in steps of ten seconds, the last fifteen minutes of them. */
export const RATE_STEP_MS = 10_000
export const RATE_STEPS = 90
/** Ended ones are let go oldest first beyond this. */
const MAX_AGENTS = 500

export type Rates = ReturnType<typeof createRates>

interface Ring {
  readonly steps: number[]
  bytes: number
  quietSteps: number
}

export function createRates(parts: {
  readonly plan: Plan
  readonly runtime: Pick<Runtime, 'facts'>
  readonly clock: Clock
}) {
  const { plan, runtime, clock } = parts
  const rings = new Map<AgentId, Ring>()
  const step = (): void => {
    for (const id of plan.agents.keys()) {
      const bytes = runtime.facts(id)?.outputBytes
      if (bytes === undefined) continue
      const ring = rings.get(id)
      // What an adopted agent wrote before this owner came is no rate of now.
      if (!ring) rings.set(id, { steps: [], bytes, quietSteps: 0 })
      else {
        add(ring, Math.max(0, bytes - ring.bytes))
        ring.bytes = bytes
        ring.quietSteps = 0
      }
    }
    for (const [id, ring] of rings) {
      if (plan.agents.has(id)) continue
      add(ring, 0)
      ring.quietSteps += 1
      if (ring.quietSteps >= RATE_STEPS) rings.delete(id)
    }
    for (const id of rings.keys()) {
      if (rings.size <= MAX_AGENTS) break
      if (!plan.agents.has(id)) rings.delete(id)
    }
    cancel = clock.after(RATE_STEP_MS, step)
  }
  let cancel = clock.after(RATE_STEP_MS, step)
  return {
    /** Bytes per step, oldest first, of agents that live or have ended within the last 90 steps. */
    all: (): ReadonlyMap<AgentId, readonly number[]> =>
      new Map([...rings].map(([id, ring]) => [id, ring.steps])),
    close: () => cancel(),
  }
}

function add(ring: Ring, bytes: number): void {
  ring.steps.push(bytes)
  if (ring.steps.length > RATE_STEPS) ring.steps.shift()
}
