/** `yard page`: a way into the page of a host that runs already. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import { err, ok } from '../../../base/result.ts'
import { failure } from '../../../domain/failure.ts'
import type { ServedStartScreen } from '../../../headless/serve-start-screen.ts'
import { refuseAgent, withYard } from '../../connect/connect.ts'
import { entriesOf, openBrowser, pageRootOf } from '../../connect/program-files.ts'
import { defineCommand, option, type Cli, type Outcome } from '../../spec/define.ts'
import { quoted } from '../../spec/values.ts'

export const page = defineCommand({
  options: {
    open: option('--open', 'opens it in a browser'),
    list: option('--list', 'the browsers that may use the page'),
    revoke: option(
      '--revoke <id>',
      'ends the session of one, or of `all`; pages that are open in it are cut off',
    ),
  },
  notes: [
    'An address is good once, for ten minutes. The browser that opens it has a session of 30 days, in all its tabs.',
    'Deleting `.yard/service/secret` while nothing runs ends all sessions, and makes every token void.',
  ],
  examples: ['yard page --open', 'yard page --list', 'yard page --revoke all'],
  async handler(cli, { open, list, revoke }) {
    if (revoke !== undefined) return revokeSessions(cli, revoke)
    return list ? listSessions(cli) : printAddress(cli, open)
  },
})

const listSessions = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { print } = cli
    const sessions = await client.service.pageSessions()
    print.result(sessions, () => {
      if (sessions.length === 0) print.line('no browser may use the page now')
      else
        print.table(
          ['ID', 'SINCE', 'UNTIL', 'BROWSER'],
          sessions.map(({ id, openedAt, expiresAt, browser }) => [
            id,
            openedAt,
            expiresAt,
            browser,
          ]),
        )
    })
    return ok(0)
  })

/** By its id; `all` for every one. Pages that are open in it are cut off. */
const revokeSessions = (cli: Cli, id: string): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const ended = await client.service.revokePageSessions(id === 'all' ? {} : { ids: [id] })
    if (ended.length === 0 && id !== 'all')
      return err(
        failure('bad-request', `there is no page session ${quoted(id)}`, {
          hint: '`yard page --list` shows them',
        }),
      )
    cli.print.result(ended, () => cli.print.line(`ended ${ended.length} page sessions`))
    return ok(0)
  })

const printAddress = (cli: Cli, opens: boolean): Promise<Outcome> =>
  withYard(cli, async ({ client, owner }) => {
    const pageUrl = owner === null ? null : (await client.service.page()).pageUrl
    if (pageUrl === null)
      return err(
        failure('not-running', 'no host runs this yard, so there is no page', {
          hint: 'start one with `yard serve` or `yard service start`',
        }),
      )
    cli.print.result({ pageUrl }, () => {
      // What is piped on is the address alone.
      cli.print.progress('good once, within ten minutes; the browser stays signed in for 30 days:')
      cli.print.line(pageUrl)
    })
    // A code is good once: the browser gets one of its own.
    if (opens) openBrowser((await client.service.page()).pageUrl ?? pageUrl, cli.machine.env)
    return ok(0)
  })

export const welcome = defineCommand({
  options: { open: option('--open', 'opens it in a browser') },
  notes: [
    'A yard that is opened there gets a service of its own. This one ends when a yard was opened and no page has been connected for a minute.',
  ],
  async handler(cli, { open }) {
    const allowed = refuseAgent(cli, 'open yards')
    if (!allowed.ok) return allowed
    const { env, root, entry } = cli.machine
    const { MARKER_VARIABLE } = await import('../../../domain/agent.ts')
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
