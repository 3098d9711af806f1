/** `yard serve`: the host of one yard or several in the foreground. */
import { err, ok } from '../../../base/result.ts'
import type { Host } from '../../../headless/run-host.ts'
import { refuseAgent } from '../../connect/connect.ts'
import { openBrowser } from '../../connect/program-files.ts'
import { defineCommand, option, type Cli, type Outcome } from '../../spec/define.ts'
import { checkConfigs, namedYards, portOptions, yardOptions } from './named-yards.ts'

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
