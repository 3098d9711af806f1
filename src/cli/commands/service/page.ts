/** `yard page`, a way into the page of a host that runs already; hosts in the foreground: `yard welcome` and `yard serve`. */
import { existsSync } from 'node:fs'
import { systemClock } from '../../../base/clock.ts'
import { silentLog } from '../../../base/log.ts'
import { err, ok } from '../../../base/result.ts'
import { failure } from '../../../domain/failure.ts'
import type { ServedStartScreen } from '../../../headless/serve-start-screen.ts'
import { askYard, refuseAgent, withYard } from '../../connect/connect.ts'
import { entriesOf, openBrowser, pageRootOf } from '../../connect/program-files.ts'
import { type Cli, defineCommand, option, type Outcome, printed } from '../../spec/define.ts'
import { quoted } from '../../spec/values.ts'
import type { Host } from '../../../headless/run-host.ts'
import { checkConfigs, namedYards, portOptions, yardOptions } from './start.ts'

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
  askYard(
    cli,
    (client) => client.service.pageSessions(),
    (sessions) => {
      if (sessions.length === 0) return 'no browser may use the page now'
      cli.print.table(
        ['ID', 'SINCE', 'UNTIL', 'BROWSER'],
        sessions.map((one) => [one.id, one.openedAt, one.expiresAt, one.browser]),
      )
    },
  )

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
    return printed(cli, ended, ({ length }) => `ended ${length} page sessions`)
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
    const { MARKER_VARIABLE } = await import('../../../domain/ids.ts')
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

export const serve = defineCommand({
  options: {
    ...yardOptions,
    ...portOptions,
    host: option('--host <address>', 'listens on this address (else 127.0.0.1)'),
    open: option('--open', 'opens the page in a browser'),
  },
  notes: ['The first ^C starts no new agent and waits for those that run, the second ends them.'],
  async handler(cli, { yards: folders, port, host: address, open }) {
    const yards = namedYards(cli, { yards: folders, port })
    const roots = yards.ok ? yards.value.map(({ root }) => root) : []
    const allowed = refuseAgent(cli, 'serve the yard', roots)
    if (!allowed.ok) return allowed
    if (!yards.ok) return yards
    const { hostAll, hostOrOwner, ownedElsewhere } = await import('../../connect/local-host.ts')
    const options = { port, address, notice: cli.print.progress }
    const [paths, ...more] = yards.value
    if (more.length > 0) {
      const checked = await checkConfigs(cli, yards.value, {})
      if (!checked.ok) return checked
      const hosts = await hostAll(cli, yards.value, options)
      return hosts.ok ? serveUntilEnd(cli, hosts.value.hosts, open) : hosts
    }
    const found = await hostOrOwner(cli, paths, options)
    if (!found.ok) return found
    if ('owner' in found.value) return err(ownedElsewhere(found.value.owner))
    return serveUntilEnd(cli, [found.value.host], open)
  },
})

async function serveUntilEnd(cli: Cli, hosts: readonly Host[], opens: boolean): Promise<Outcome> {
  const { print, machine } = cli
  const served = hosts.map(({ yard, served: { url, pageUrl } }) => ({
    folder: yard.paths.root,
    url,
    pageUrl: pageUrl(),
  }))
  const [first] = served
  const yards = served.length > 1 ? { yards: served } : {}
  print.result({ url: first?.url, pageUrl: first?.pageUrl, pid: process.pid, ...yards }, () => {
    for (const { folder, pageUrl } of served) {
      print.line(`serving ${folder}`)
      print.line(`open within ten minutes: ${pageUrl}`)
    }
    print.line(served.length > 1 ? '^C stops all of them' : '^C stops it')
  })
  // A code is good once: the browser gets one of its own.
  const [shown] = hosts
  if (opens && shown) openBrowser(shown.served.pageUrl(), machine.env)
  await Promise.all(hosts.map((host) => host.ended))
  return ok(0)
}
