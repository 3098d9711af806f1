/** `yard serve`: the host in the foreground. */
import { err, ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import type { Cli, Outcome } from '../cli.ts'
import { openBrowser } from '../connect-browser.ts'
import { hostOrOwner, ownedElsewhere, type Host } from '../host-here.ts'
import { openInterrupts } from '../interrupts.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function serve(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'serve the yard')
  if (!allowed.ok) return allowed
  const { machine } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const found = await hostOrOwner(cli, paths.value, {
    ...{ kind: 'service', port: words.number('port'), host: words.text('host') },
  })
  if (!found.ok) return found
  if ('owner' in found.value) return err(ownedElsewhere(found.value.owner))
  return serveUntilEnd(cli, found.value.host, words.flag('open') ?? false)
}

async function serveUntilEnd(cli: Cli, host: Host, opens: boolean): Promise<Outcome> {
  const { print, machine } = cli
  const interrupts = openInterrupts(host.yard, print.progress)
  const { url } = host.served
  const pageUrl = host.served.pageUrl()
  print.result({ url, pageUrl, pid: process.pid }, () => {
    print.line(`serving ${host.yard.paths.root}`)
    print.line(`open within a minute: ${pageUrl}`)
  })
  // A code is good once: the browser gets one of its own.
  if (opens) openBrowser(host.served.pageUrl(), machine.env)
  try {
    await aborted(AbortSignal.any([host.stopAsked, interrupts.leave]))
    return ok(0)
  } finally {
    interrupts.close()
    await host.close()
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
