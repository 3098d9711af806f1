/** `yard serve`: the host in the foreground. */
import { err, ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import type { Cli, Outcome } from '../cli.ts'
import { openBrowser } from '../connect-browser.ts'
import type { Host } from '../../headless/run-host.ts'
import { hostOrOwner, ownedElsewhere } from '../host-here.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function serve(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'serve the yard')
  if (!allowed.ok) return allowed
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const found = await hostOrOwner(cli, paths.value, {
    ...{ port: words.number('port'), address: words.text('host'), notice: cli.print.progress },
  })
  if (!found.ok) return found
  if ('owner' in found.value) return err(ownedElsewhere(found.value.owner))
  return serveUntilEnd(cli, found.value.host, words.flag('open') ?? false)
}

async function serveUntilEnd(cli: Cli, host: Host, opens: boolean): Promise<Outcome> {
  const { print, machine } = cli
  const { url } = host.served
  const pageUrl = host.served.pageUrl()
  print.result({ url, pageUrl, pid: process.pid }, () => {
    print.line(`serving ${host.yard.paths.root}`)
    print.line(`open within a minute: ${pageUrl}`)
    print.line('^C stops it')
  })
  // A code is good once: the browser gets one of its own.
  if (opens) openBrowser(host.served.pageUrl(), machine.env)
  await host.ended
  return ok(0)
}
