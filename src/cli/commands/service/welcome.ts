/** `yard welcome`: the page before there is a yard. */
import { existsSync } from 'node:fs'
import { err, ok } from '../../../base/result.ts'
import { systemClock } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import { failure } from '../../../domain/failure.ts'
import type { ServedStartScreen } from '../../../headless/serve-start-screen.ts'
import { MARKER_VARIABLE } from '../../../domain/agent.ts'
import type { Cli, Outcome } from '../../cli.ts'
import { openBrowser } from '../../connect/open-browser.ts'
import { entriesOf } from '../../connect/program-files.ts'
import { pageRootOf } from '../../connect/program-files.ts'
import { refuseAgent } from '../../connect/refuse-agent.ts'
import { defineCommand, option } from '../../spec/define.ts'

export const welcome = defineCommand({
  name: 'welcome',
  summary: 'shows the page where no yard is open: recent yards, a folder to open, the example',
  options: { open: option('--open', 'opens it in a browser') },
  notes: [
    'A yard that is opened there gets a service of its own. This one ends when a yard was opened and no page has been connected for a minute.',
  ],
  async handler(cli, { open }) {
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
    const { serveStartScreen } = await import('../../../headless/serve-start-screen.ts')
    const { createServiceStartScreen, yardCommand } =
      await import('../../../headless/service-start-screen.ts')
    const entries = entriesOf(root, entry)
    const served = await serveStartScreen({
      startScreen: createServiceStartScreen({ env, ...entries }),
      pageRoot,
      pageCommand: yardCommand(entries.resources, 'welcome'),
      clock: systemClock,
      log: silentLog,
    })
    return served.ok ? showUntilEnd(cli, served.value, open) : served
  },
})

async function showUntilEnd(cli: Cli, served: ServedStartScreen, opens: boolean): Promise<Outcome> {
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
