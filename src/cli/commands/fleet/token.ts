/** `yard token`: by what members and daemons on other machines are let in. */
import { err } from '../../../base/result.ts'
import type { TokenView } from '../../../contract/token.ts'
import { TOKEN_KINDS } from '../../../domain/messages/access-token.ts'
import { failure } from '../../../domain/failure.ts'
import { askYard } from '../../connect/connect.ts'
import {
  argument,
  type Cli,
  defineCommand,
  defineSubcommand,
  option,
  type Outcome,
} from '../../spec/define.ts'
import { definedFields } from '../../spec/values.ts'
import { dateTimeText } from '../../text/format.ts'
import { oneLine } from '../../text/print.ts'

const scopeOptions = {
  as: option.list('--as <name>', 'of a member token: a name that it may act for; again for more'),
  roles: option.list('--role <role>', 'of a daemon token: a role that it may take work of'),
  repos: option.list('--repo <name>', 'of a daemon token: a repository that it may take work of'),
  expires: option('--expires <duration>', 'when it ends: a duration, or never (else 90d)'),
}

const create = defineSubcommand({
  name: 'create',
  summary: 'makes a token and prints it, this once',
  arguments: { name: argument('<name>', 'what you call it') },
  options: {
    kind: option.oneOf('--kind <kind>', 'who will use it (required)', TOKEN_KINDS),
    ...scopeOptions,
  },
  notes: [
    'Only its hash is kept. Without --as, --role and --repo it is good for all of them.',
    'Hand it over in a file of mode 0600, never as an argument.',
  ],
  examples: [
    'yard token create ben --kind member --as back-end > ben.token',
    'yard token create laptop --kind daemon --role dev --repo acme/app --expires 30d',
  ],
  async handler(cli, { name, kind, ...scope }) {
    if (kind === undefined)
      return err(
        failure('bad-request', 'say who will use it: --kind member or --kind daemon', {
          facts: { field: 'kind' },
        }),
      )
    const input = { name, kind, ...definedLists(scope), commandId: cli.commandId }
    return askYard(
      cli,
      (client) => client.token.create(input),
      (made) => {
        // What is piped on is the token alone.
        cli.print.progress(`${made.id} ${scopeText(made)}, ${untilText(made)}; shown this once:`)
        cli.print.line(made.token)
      },
    )
  },
})

const invite = defineSubcommand({
  name: 'invite',
  summary: 'prints a command for another machine, and a code that is good once',
  arguments: { name: argument('<name>', 'what you call its token') },
  options: {
    kind: option.oneOf('--kind <kind>', 'who will use it (else daemon)', TOKEN_KINDS),
    ...scopeOptions,
    ttl: option('--ttl <duration>', 'how long the code is good (else 10m)'),
  },
  notes: [
    'The code stands in no argument, and so in no history. `yard daemon` comes with a later version: until then a program exchanges the code for a token at POST /api/fleet/join.',
  ],
  examples: ['yard token invite laptop --role dev --ttl 30m'],
  handler: (cli, { name, kind, ttl, ...scope }) => {
    const input = { name, ...definedFields({ kind, ttl }), ...definedLists(scope) }
    return askYard(
      cli,
      (client) => client.token.invite({ ...input, commandId: cli.commandId }),
      ({ join, code, expiresAt }) => {
        cli.print.line(`for:        ${oneLine(join)}`)
        cli.print.line(`its code:   ${code}`)
        cli.print.line('this version has no daemon yet: docs/fleet.md says how a program joins')
        cli.print.line(`good once, until ${dateTimeText(expiresAt)}`)
      },
    )
  },
})

interface ScopeOptions {
  readonly as: readonly string[] | undefined
  readonly roles: readonly string[] | undefined
  readonly repos: readonly string[] | undefined
  readonly expires: string | undefined
}

const definedLists = ({ as, roles, repos, expires }: ScopeOptions) =>
  definedFields({
    as: as && [...as],
    roles: roles && [...roles],
    repos: repos && [...repos],
    expires,
  })

const listTokens = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.token.list(),
    (tokens) => {
      if (tokens.length === 0) return 'no token was made yet'
      cli.print.table(
        ['ID', 'NAME', 'SCOPE', 'ENDS IN', 'MADE', 'STATE', 'LAST USED'],
        tokens.map((token) => [
          ...[token.id, token.name, scopeText(token), `…${token.hint}`],
          dateTimeText(token.createdAt),
          untilText(token),
          token.lastUsedAt && dateTimeText(token.lastUsedAt),
        ]),
      )
    },
  )

const scopeText = ({ kind, scope: { names, roles, repos } }: TokenView): string => {
  const parts = [
    ...(names.length > 0 ? [`as ${names.join(', ')}`] : []),
    ...(roles.length > 0 ? [`role ${roles.join(', ')}`] : []),
    ...(repos.length > 0 ? [`of ${repos.join(', ')}`] : []),
  ]
  return [kind, ...parts].join(' ')
}

function untilText({ revokedAt, expiresAt }: TokenView): string {
  if (revokedAt !== null) return `revoked ${dateTimeText(revokedAt)}`
  if (expiresAt === null) return 'for ever'
  const isOver = Date.parse(expiresAt) <= Date.now()
  return `${isOver ? 'over since' : 'until'} ${dateTimeText(expiresAt)}`
}

const revoke = defineSubcommand({
  name: 'revoke',
  summary: 'ends a token; what is open under it is closed within ten seconds',
  arguments: { id: argument('<id|name>', 'which one') },
  handler: (cli, { id }) =>
    askYard(
      cli,
      (client) => client.token.revoke({ id, commandId: cli.commandId }),
      (token) => `${token.name} (${token.id}) is revoked`,
    ),
})

export const token = defineCommand({
  subcommands: [
    create,
    invite,
    defineSubcommand({ name: 'list', summary: 'lists the tokens', handler: listTokens }),
    revoke,
  ],
  handler: listTokens,
})
