/** The launcher process and the tail worker, started when they are first needed: a short command mostly needs neither. */
import type { LaunchOrder, Runtime } from '../../domain/executor.ts'
import type { Tail } from '../output/tail.ts'
import type { Launcher } from '../process/launcher/launcher.ts'

export interface Warmable {
  /** Starts it now. */
  warm(): void
}

export function lazyLauncher(open: () => Launcher): Launcher & Warmable {
  const lazy = createLazy(open)
  return {
    warm: () => void lazy.get(),
    start: (stage) => lazy.get().start(stage),
    killTree: (target, onPhase) => lazy.get().killTree(target, onPhase),
    sweep: (markers) => lazy.get().sweep(markers),
    treeCpu: (trees) => lazy.get().treeCpu(trees),
    onEnded: (listener) => lazy.listen((launcher) => launcher.onEnded(listener)),
    onReplaced: (listener) => lazy.listen((launcher) => launcher.onReplaced(listener)),
    pid: () => lazy.opened()?.pid() ?? null,
    close: async () => lazy.opened()?.close(),
  }
}

export function lazyTail(open: () => Tail): Tail & Warmable {
  const lazy = createLazy(open)
  return {
    warm: () => void lazy.get(),
    follow: (agent) => lazy.get().follow(agent),
    nudge: (id) => lazy.opened()?.nudge(id),
    finish: (agent) => lazy.get().finish(agent),
    forget: (id) => lazy.opened()?.forget(id),
    onNews: (listener) => lazy.listen((tail) => tail.onNews(listener)),
    close: async () => lazy.opened()?.close(),
  }
}

interface Lazy<T> {
  get(): T
  opened(): T | null
  /** Attaches a listener now or as soon as it is opened. */
  listen(attach: (opened: T) => () => void): () => void
}

function createLazy<T>(open: () => T): Lazy<T> {
  let value: T | null = null
  const waiting = new Set<() => void>()
  return {
    get() {
      if (value !== null) return value
      value = open()
      for (const attach of waiting) attach()
      waiting.clear()
      return value
    },
    opened: () => value,
    listen(attach) {
      if (value !== null) return attach(value)
      let off: (() => void) | null = null
      const later = (): void => void (off = value === null ? null : attach(value))
      waiting.add(later)
      return () => {
        waiting.delete(later)
        off?.()
      }
    },
  }
}

// Two kinds of runtime as one: each agent belongs to the one that its executor's type names.

const isService = ({ profile }: LaunchOrder): boolean => profile.type === 'http'

export function joinRuntimes(processes: Runtime, services: Runtime): Runtime {
  const both = [processes, services]
  return {
    launch: (order) => (isService(order) ? services : processes).launch(order),
    async recover(orders) {
      await Promise.all([
        processes.recover(orders.filter((order) => !isService(order))),
        services.recover(orders.filter(isService)),
      ])
    },
    stop: (id, how) => both.forEach((one) => one.isHolding(id) && one.stop(id, how)),
    isHolding: (id) => both.some((one) => one.isHolding(id)),
    facts: (id) => processes.facts(id) ?? services.facts(id),
    measure: () => processes.measure(),
    endLeftovers: () => processes.endLeftovers(),
    async look() {
      await Promise.all(both.map((one) => one.look()))
    },
    onReport(listener) {
      const offs = both.map((one) => one.onReport(listener))
      return () => offs.forEach((off) => off())
    },
    async close() {
      await Promise.all(both.map((one) => one.close()))
    },
  }
}
