/** The yard of a folder: joined where a service runs it, else opened here. */
import type { Clock } from '../base/clock.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import { commandAnswers, ownerUrlOf } from '../headless/client.ts'
import type { HostRegistry } from '../headless/run-host.ts'
import { serveYard } from '../headless/serve.ts'
import type { OpenYardOptions } from '../yard/yard.ts'
import type { StartScreen } from '../yard/start-screen/create-start-screen.ts'
import { openYard } from '../yard/open-yard.ts'
import type { Yard } from '../yard/yard.ts'
import { createJoinedHost, createOwnerHost, type YardHost } from './hosts.ts'

interface OpenOrJoinOptions extends Omit<
  OpenYardOptions,
  'host' | 'runsAgents' | 'flags' | 'clock' | 'onStale'
> {
  readonly clock: Clock
  /** The built page, for browsers. */
  readonly pageRoot: string
  /** The way to other yards, for those browsers. */
  readonly startScreen?: StartScreen
  /** The yards of this app. */
  readonly registry?: HostRegistry
  /** What a client's `service.stop` and the loss of the yard to another owner come to. */
  readonly onStop: () => void
}

/** How long a held lock may belong to a short-lived command before that is a failure. */
const LOCK_PATIENCE_MS = 10_000
const LOCK_RETRY_MS = 100

export async function openOrJoin(options: OpenOrJoinOptions): Promise<Result<YardHost, Failure>> {
  const { clock, log, onStop, paths } = options
  let giveUpAt = clock.monotonic() + LOCK_PATIENCE_MS
  let isTold = false
  for (;;) {
    // One that answers is at work, however long that takes.
    if (await commandAnswers(paths)) {
      giveUpAt = clock.monotonic() + LOCK_PATIENCE_MS
      if (!isTold) log.info('waits for another command (yard merge) to end', { yard: paths.root })
      isTold = true
    }
    if ((await ownerUrlOf(paths)) !== null) return ok(createJoinedHost(paths))
    const opened = await openYard({
      ...options,
      host: 'app',
      flags: {},
      runsAgents: true,
      ...(options.registry ? { places: options.registry.places } : {}),
      onStale: onStop,
    })
    if (opened.ok) return serve(opened.value, options)
    if (opened.error.kind !== 'locked' || clock.monotonic() >= giveUpAt) return err(opened.error)
    await new Promise<void>((resolve) => void clock.after(LOCK_RETRY_MS, resolve))
  }
}

/** An app that owns a yard is on the air like a service: commands and agents reach it over loopback. */
async function serve(yard: Yard, options: OpenOrJoinOptions): Promise<Result<YardHost, Failure>> {
  const served = await serveYard(yard, {
    pageRoot: options.pageRoot,
    log: options.log,
    startScreen: options.startScreen,
    yards: options.registry?.yards,
    onStop: options.onStop,
  })
  if (!served.ok) {
    await yard.close()
    return served
  }
  const { view, url, pageUrl, sessions, close } = served.value
  const { registry } = options
  const leave = registry?.join(options.paths.root)
  const yards = registry ? { yards: registry.yards } : {}
  const context = {
    yard,
    view,
    host: { url: () => url, pageUrl, sessions, stop: options.onStop, ...yards },
    actor: { kind: 'person', name: null },
  } as const
  return ok(
    createOwnerHost(context, async () => {
      leave?.()
      await close()
      await yard.close()
    }),
  )
}
