/** `yard page`: a way into the page of a host that runs already. */
import { err, ok } from '../../base/result.ts'
import { failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { openBrowser } from '../connect-browser.ts'
import type { Words } from '../words.ts'

export const page = (cli: Cli, words: Words): Promise<Outcome> =>
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
      cli.print.progress('good once, within a minute:')
      cli.print.line(pageUrl)
    })
    // A code is good once: the browser gets one of its own.
    if (words.flag('open'))
      openBrowser((await client.service.page()).pageUrl ?? pageUrl, cli.machine.env)
    return ok(0)
  })
