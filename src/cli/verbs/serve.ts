/** `yard serve`: the host of one yard or several in the foreground. */
import { err, ok } from '../../base/result.ts'
import type { Host } from '../../headless/run-host.ts'
import type { Cli, Outcome } from '../cli.ts'
import { openBrowser } from '../connect-browser.ts'
import { hostOrOwner, hostsHere, ownedElsewhere } from '../host-here.ts'
import { checkConfigs, namedYards } from '../named-yards.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function serve(cli: Cli, words: Words): Promise<Outcome> {
  const yards = namedYards(cli, words)
  const meant = yards.ok ? yards.value.map(({ root }) => root) : []
  const allowed = refuseAgent(cli, 'serve the yard', meant)
  if (!allowed.ok) return allowed
  if (!yards.ok) return yards
  const opens = words.flag('open') ?? false
  const wish = {
    port: words.number('port'),
    address: words.text('host'),
    notice: cli.print.progress,
  }
  const [paths, ...more] = yards.value
  if (more.length > 0) {
    const sound = checkConfigs(cli, yards.value, {})
    if (!sound.ok) return sound
    const hosts = await hostsHere(cli, yards.value, wish)
    return hosts.ok ? serveUntilEnd(cli, hosts.value.hosts, opens) : hosts
  }
  const found = await hostOrOwner(cli, paths, wish)
  if (!found.ok) return found
  if ('owner' in found.value) return err(ownedElsewhere(found.value.owner))
  return serveUntilEnd(cli, [found.value.host], opens)
}

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
