/** A full host in this process: the yard opened and served, and its end when a signal, a client or its owner says so. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, systemClock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { PROGRAMS_FOLDER, userPaths } from '../config/paths.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { rememberYard } from '../yard/start-screen/recent-yards.ts'
import { openYard } from '../yard/open-yard.ts'
import type { OpenYardOptions, Yard } from '../yard/yard.ts'
import { commandAnswers, ownerUrlOf } from './client.ts'
import { listenForSignals } from './host-signals.ts'
import { createServiceStartScreen, yardCommand } from './service-start-screen.ts'
import { type Served, serveYard } from './serve.ts'
import { utimesSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { openMachineSlots } from '../yard/machine/slots.ts'

export interface HostOrder extends Pick<
  OpenYardOptions,
  | 'paths'
  | 'flags'
  | 'env'
  | 'log'
  | 'resources'
  | 'launcherEntry'
  | 'tailEntry'
  | 'forecastEntry'
  | 'largeWriteEntry'
> {
  /** `service` leaves its agents at once when told to end; the others let them finish after a first ^C. */
  readonly kind: 'service' | 'run' | 'app'
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly pageRoot: string | null
  /** The program of a service, for yards that are opened from the page. */
  readonly headlessEntry: string
  /** The yards of this process, where it holds several. */
  readonly registry?: HostRegistry
  /** Tells a person at a terminal what a ^C is waiting for. */
  readonly notice: (text: string) => void
}

export interface Host {
  readonly yard: Yard
  readonly served: Served
  /** Resolves when everything is closed and the lock released. */
  readonly ended: Promise<void>
  /** True from the first ^C on: no agent starts any more. */
  isEnding(): boolean
  /** Ends the host; living agents go on. Safe to call twice. */
  end(): Promise<void>
}

/** `locked` with the address in `facts.url` when another host is alive. */
export async function runHost(order: HostOrder): Promise<Result<Host, Failure>> {
  const hooks = { end: (): void => {} }
  const opened = await openWithPatience(order, (text) => {
    if (text !== null) order.notice(text)
    hooks.end()
  })
  if (!opened.ok) return opened
  const yard = opened.value
  const served = await serveYard(yard, {
    port: order.port,
    host: order.address,
    pageRoot: order.pageRoot,
    log: order.log,
    startScreen: createServiceStartScreen(order),
    yards: order.registry?.yards,
    onStop: () => hooks.end(),
    pageCommand: yardCommand(order.resources, 'page', '--dir', order.paths.root),
  })
  if (!served.ok) {
    await yard.close()
    return served
  }
  rememberYard(userPaths(order.env).data, order.paths.root, Date.now())
  const host = assembleHost(order, yard, served.value)
  hooks.end = () => void host.end()
  return ok(host)
}

function assembleHost(order: HostOrder, yard: Yard, served: Served): Host {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  let ending: Promise<void> | null = null
  const stopKeeping = keepPrograms(order.headlessEntry, systemClock)
  const leave = order.registry?.join(order.paths.root)
  /** Each step whatever became of those before it: the lock must be free at the end. */
  const closeAll = async (): Promise<void> => {
    const steps = [
      () => stopSignals(),
      stopKeeping,
      () => leave?.(),
      () => served.close(),
      () => yard.close(),
    ]
    for (const step of steps) {
      try {
        await step()
      } catch (error) {
        order.log.error('the host did not end cleanly', { error: String(error) })
      }
    }
    order.log.info('ended')
    resolve()
  }
  const end = (): Promise<void> => (ending ??= closeAll())
  const signals = listenForSignals({ yard, order, end: () => void end() })
  const stopSignals = signals.stop
  return { yard, served, ended, end, isEnding: () => ending !== null || signals.isDraining() }
}

/** How long to wait for a lock whose owner does not answer: a `yard` command holds it for a moment. */
const LOCK_PATIENCE_MS = 10_000

async function openWithPatience(
  order: HostOrder,
  onStale: (text: string | null) => void,
): Promise<Result<Yard, Failure>> {
  let giveUpAt = performance.now() + LOCK_PATIENCE_MS
  let isTold = false
  for (;;) {
    // One that answers is at work, however long that takes.
    if (await commandAnswers(order.paths)) {
      giveUpAt = performance.now() + LOCK_PATIENCE_MS
      if (!isTold) order.notice('waits for another command (yard merge) to end')
      isTold = true
    }
    // Asked first: an owner that answers needs no wait for its lock.
    const url = await ownerUrlOf(order.paths)
    if (url !== null) return err(runElsewhere(url))
    const opened = await openYard({
      ...order,
      host: order.kind,
      runsAgents: true,
      onStale,
      ...(order.registry ? { places: order.registry.places } : {}),
    })
    const isOver = performance.now() > giveUpAt
    if (opened.ok || opened.error.kind !== 'locked' || isOver) return opened
    await delay(50 + Math.random() * 50)
  }
}

const runElsewhere = (url: string): Failure =>
  failure('locked', `this yard is run by another host at ${url}`, {
    hint: 'yard service status says more, yard service stop ends it',
    facts: { url },
  })

// A packed app clears away the programs of unused versions; a host that runs from such a folder says that it is in use.

const EVERY_MS = 24 * 3_600_000

/** `entry`: the host's own program, `…/programs/VERSION/out/main/…`; any other place is let be. Returns what ends it. */
export function keepPrograms(entry: string, clock: Pick<Clock, 'now' | 'after'>): () => void {
  const folder = resolve(entry, '..', '..', '..')
  if (basename(dirname(folder)) !== PROGRAMS_FOLDER) return () => {}
  let cancel = (): void => {}
  const touch = (): void => {
    const seconds = clock.now() / 1000
    try {
      utimesSync(folder, seconds, seconds)
    } catch {
      // gone, or not ours: there is nothing to keep
    }
    cancel = clock.after(EVERY_MS, touch)
  }
  touch()
  return () => cancel()
}

export type HostRegistry = ReturnType<typeof createHostRegistry>

/** The yards that one process holds: each with its own lock, listener, token, log and caps; together they have this machine's places. */
export function createHostRegistry(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  log: Log,
) {
  const places = openMachineSlots(env, clock, log)
  const roots = new Set<string>()
  return {
    places,
    /** Folders of the yards that are served, in the order in which they came. */
    yards: (): readonly string[] => [...roots],
    /** Until the returned function is called. */
    join(root: string): () => void {
      roots.add(root)
      return () => void roots.delete(root)
    },
    /** After the last yard is closed. */
    close: () => places.close(),
  }
}
