/** `yard transport`: what is exchanged with members on other machines. */
import type { TransportView } from '../../../contract/message.ts'
import { askYard } from '../../connect/connect.ts'
import { type Cli, defineCommand, defineSubcommand, type Outcome } from '../../spec/define.ts'
import { clock } from '../../text/format.ts'

const status = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.transport.status(),
    (view) => {
      cli.print.line(headOf(view))
      if (view.problem !== null) cli.print.line(`not exchanged now: ${view.problem}`)
      if (view.peers.length === 0) return
      cli.print.table(
        ['MACHINE', 'LAST SEEN', 'WAITING', 'REFUSED', 'PROBLEM'],
        view.peers.map((peer) => [
          peer.machine,
          peer.lastSeen && clock(peer.lastSeen),
          String(peer.waiting),
          String(peer.refused),
          peer.problem ?? peer.lastRefusal,
        ]),
      )
    },
  )

function headOf({ type, machine, outbox, peers }: TransportView): string {
  if (type !== 'local') return `${machine}, by ${type}: ${outbox} in the outbox`
  return peers.length === 0
    ? `${machine}: no way to other machines is configured (transport.type)`
    : `${machine}: machines with a token fetch their mail here`
}

const sync = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.transport.sync({ commandId: cli.commandId }),
    ({ sent, received, refused, outbox }) =>
      `${sent} sent, ${received} received, ${refused} refused, ${outbox} in the outbox`,
  )

const compact = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.transport.compact({ commandId: cli.commandId }),
    ({ text }) => text,
  )

export const transport = defineCommand({
  subcommands: [
    defineSubcommand({
      name: 'status',
      summary: 'shows each machine: last seen, what waits for it, what of it was refused',
      handler: status,
    }),
    defineSubcommand({
      name: 'sync',
      summary: 'sends and receives once, now, also where no service runs',
      handler: sync,
    }),
    defineSubcommand({
      name: 'compact',
      summary: 'drops messages and refused files that are older than 30 days',
      handler: compact,
    }),
  ],
  notes: [
    'A service, `yard serve` and `yard run` exchange mail by themselves, every transport.poll seconds.',
  ],
  examples: ['yard transport', 'yard transport sync', 'yard transport status --json'],
  handler: status,
})
