/** `yard welcome`: the page before there is a yard. */
import { existsSync } from 'node:fs'
import { err, ok } from '../../base/result.ts'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { failure } from '../../domain/failure.ts'
import { serveLobby, type ServedLobby } from '../../headless/serve-lobby.ts'
import { createServiceLobby } from '../../headless/service-lobby.ts'
import { MARKER_VARIABLE } from '../../domain/agent.ts'
import { yardCommand } from '../../headless/yard-command.ts'
import type { Cli, Outcome } from '../cli.ts'
import { openBrowser } from '../connect-browser.ts'
import { entriesOf } from '../entries.ts'
import { pageRootOf } from '../page-root.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function welcome(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'open yards')
  if (!allowed.ok) return allowed
  const { env, root, entry } = cli.machine
  // No yard is looked at here, so there is none whose agent it could be: any agent's marker will do.
  if (env[MARKER_VARIABLE]) return err(failure('not-allowed', 'an agent may not open yards'))
  const pageRoot = pageRootOf(env, root)
  if (!existsSync(pageRoot))
    return err(
      failure('not-running', 'the page is not built, so there is nothing to show', {
        hint: 'run `npm run build` in the checkout',
      }),
    )
  const entries = entriesOf(root, entry)
  const lobby = createServiceLobby({ env, ...entries })
  const pageCommand = yardCommand(entries.resources, 'welcome')
  const served = await serveLobby({
    lobby,
    pageRoot,
    pageCommand,
    clock: systemClock,
    log: silentLog,
  })
  if (!served.ok) return served
  return showUntilEnd(cli, served.value, words.flag('open') ?? false)
}

async function showUntilEnd(cli: Cli, served: ServedLobby, opens: boolean): Promise<Outcome> {
  const { print, machine } = cli
  const { url } = served
  const pageUrl = served.pageUrl()
  print.result({ url, pageUrl, pid: process.pid }, () => {
    print.line(`open within ten minutes: ${pageUrl}`)
    print.line('^C stops it; it ends by itself once a yard is open')
  })
  // A code is good once: the browser gets one of its own.
  if (opens) openBrowser(served.pageUrl(), machine.env)
  const stop = (): void => void served.close()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, stop)
  await served.ended
  for (const signal of signals) process.off(signal, stop)
  await served.close()
  return ok(0)
}
