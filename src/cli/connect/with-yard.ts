/** The light entrance to `connect.ts`, which takes long to load: help and usage errors need no yard. */
import type { Cli, Outcome } from '../spec/define.ts'
import type { Connection, ConnectOptions } from './connect.ts'

export async function withYard(
  cli: Cli,
  use: (yard: Connection) => Promise<Outcome>,
  options: ConnectOptions = {},
): Promise<Outcome> {
  const connect = await import('./connect.ts')
  return connect.withYard(cli, use, options)
}
