/** Tokens: what other machines are let in by. Making one, inviting a machine, and ending one. */
import { type FormEvent, useState } from 'react'
import type { InviteView, MadeToken, TokenView } from '../../../contract/token.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { TOKEN_KINDS, type TokenKind } from '../../../domain/messages/access-token.ts'
import { ask } from '../../actions/ask.ts'
import { createToken, inviteMachine, revokeToken } from '../../actions/mail/mail-requests.ts'
import { CopyText } from '../../components/copy-text.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { type CommandRun, useCommand } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { useTopic } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'
import type { DataColumn } from '../../ui/data-table.tsx'
import { Field, Segmented } from '../../ui/fields.tsx'
import { capital, instantText } from '../../ui/format.ts'
import { useNow } from '../../ui/timers.ts'
import { Listed, SettingRow, type SettingSection } from './setting.tsx'

/** When one was last used is no event of the yard. */
const ASK_EVERY_MS = 60_000

function Tokens() {
  const stand = useTopic('tokens')
  const tokens = useAnswer(({ token }) => token.list(), { key: stand, everyMs: ASK_EVERY_MS })
  const command = useCommand()
  return (
    <SettingRow
      label="Tokens"
      note="Each lets a member or a daemon on another machine speak to this yard. Kept are only its hash and its last characters."
      below={
        <>
          {tokens.value && tokens.value.length > 0 && (
            <TokenTable tokens={tokens.value.toReversed()} command={command} />
          )}
          {tokens.value?.length === 0 && <p>No token was made yet.</p>}
          <ProblemNote
            problem={command.problem ?? tokens.problem}
            onClose={command.problem ? command.dismiss : tokens.askAgain}
          />
        </>
      }
    />
  )
}

interface TokenTableProps {
  readonly tokens: readonly TokenView[]
  readonly command: CommandRun
}

function TokenTable({ tokens, command }: TokenTableProps) {
  const columns: readonly DataColumn<TokenView>[] = [
    [
      'Token',
      ({ name, kind, hint }) => (
        <>
          <b>{name}</b> <span className="text-text-3">{kind}</span> <code>…{hint}</code>
        </>
      ),
    ],
    ['May', ({ kind, scope }) => scopeText(kind, scope)],
    ['State', (token) => <State token={token} />],
    ['Last used', ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : instantText(lastUsedAt))],
    [
      'Actions',
      ({ id, name, revokedAt }) =>
        revokedAt === null && (
          <Button
            look="danger"
            isBusy={command.isBusy}
            onClick={() => void revoke(command, id, name)}
          >
            Revoke…<span className="visually-hidden"> {name}</span>
          </Button>
        ),
      { isHeadHidden: true },
    ],
  ]
  return (
    <Listed
      label="List of tokens"
      className="token-table"
      rows={tokens}
      keyOf={({ id }) => id}
      columns={columns}
    />
  )
}

async function revoke({ run }: CommandRun, id: string, name: string): Promise<void> {
  const given = await ask({
    title: `Revoke ${name}?`,
    lines: [
      'What is open under it is closed within ten seconds.',
      'It cannot be taken back: the other machine needs a new token then.',
    ],
    choices: [{ id: 'revoke', label: `Revoke ${name}`, look: 'danger' }],
  })
  if (given !== null) await run(revokeToken(id))
}

function State({ token }: { readonly token: TokenView }) {
  const [state, word] = tokenState(token, useNow(ASK_EVERY_MS))
  return <StatusBadge state={state} word={word} />
}

export function tokenState(
  { revokedAt, expiresAt }: Pick<TokenView, 'revokedAt' | 'expiresAt'>,
  nowMs: number,
): readonly [ShownState, string] {
  if (revokedAt !== null) return ['abandoned', `Revoked ${instantText(revokedAt)}`]
  if (expiresAt === null) return ['done', 'Good for ever']
  return Date.parse(expiresAt) <= nowMs
    ? ['abandoned', `Over since ${instantText(expiresAt)}`]
    : ['done', `Until ${instantText(expiresAt)}`]
}

export function scopeText(kind: TokenKind, { names, roles, repos }: TokenView['scope']): string {
  if (kind === 'member')
    return names.length === 0 ? 'act for any member' : `act for ${names.join(', ')}`
  const parts = [
    ...(roles.length > 0 ? [`role ${roles.join(', ')}`] : []),
    ...(repos.length > 0 ? [`repository ${repos.join(', ')}`] : []),
  ]
  return parts.length === 0 ? 'take any work' : `take work of ${parts.join(', ')}`
}

function NewToken() {
  const command = useCommand()
  const [made, setMade] = useState<MadeToken | null>(null)
  const create = async (scope: ScopeInput): Promise<boolean> => {
    const request = createToken(scope)
    return command.run(async (client, id) => setMade(await request(client, id)))
  }
  return (
    <SettingRow
      label="New token"
      note="For a machine that you can give it to yourself."
      below={
        <>
          <div role="status">
            {made !== null && (
              <div className="secret-once">
                <p>The token of {made.name}. It is shown this once: copy it now.</p>
                <CopyText text={made.token} />
                <Button onClick={() => setMade(null)}>Done</Button>
              </div>
            )}
          </div>
          {made === null && (
            <ScopeForm
              label="New token"
              usual="member"
              act="Create token"
              isBusy={command.isBusy}
              onSubmit={create}
            />
          )}
          <ProblemNote problem={command.problem} onClose={command.dismiss} />
        </>
      }
    />
  )
}

function Invite() {
  const command = useCommand()
  const [made, setMade] = useState<InviteView | null>(null)
  const invite = async (scope: ScopeInput): Promise<boolean> => {
    const request = inviteMachine(scope)
    return command.run(async (client, id) => setMade(await request(client, id)))
  }
  return (
    <SettingRow
      label="Invite a machine"
      note="A code that is good once, within ten minutes: the other machine exchanges it for a token."
      below={
        <>
          <div role="status">
            {made !== null && (
              <div className="secret-once">
                <p>Run this there. It asks for the code.</p>
                <CopyText text={made.join} />
                <p>The code, shown this once and good until {instantText(made.expiresAt)}:</p>
                <CopyText text={made.code} />
                <Button onClick={() => setMade(null)}>Done</Button>
              </div>
            )}
          </div>
          {made === null && (
            <ScopeForm
              label="Invitation"
              usual="daemon"
              act="Make a code"
              isBusy={command.isBusy}
              onSubmit={invite}
            />
          )}
          <ProblemNote problem={command.problem} onClose={command.dismiss} />
        </>
      }
    />
  )
}

interface ScopeInput {
  readonly name: string
  readonly kind: TokenKind
  readonly as?: string[]
  readonly roles?: string[]
  readonly repos?: string[]
  readonly expires: string
}

interface ScopeFormProps {
  readonly label: string
  readonly usual: TokenKind
  readonly act: string
  readonly isBusy: boolean
  /** True when it was taken. */
  readonly onSubmit: (scope: ScopeInput) => Promise<boolean>
}

const KINDS = TOKEN_KINDS.map((kind) => [kind, capital(kind)] as const)
const EMPTY = { name: '', as: '', roles: '', repos: '', expires: '90d' }

function ScopeForm({ label, usual, act, isBusy, onSubmit }: ScopeFormProps) {
  const [kind, setKind] = useState<TokenKind>(usual)
  const [typed, setTyped] = useState(EMPTY)
  const [isTried, setTried] = useState(false)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (isBusy || typed.name.trim() === '') return
    if (!(await onSubmit(scopeInput(kind, typed)))) return
    setTyped(EMPTY)
    setTried(false)
  }
  const field = (key: keyof typeof EMPTY) => ({
    value: typed[key],
    onChange: ({ target }: { readonly target: HTMLInputElement }) =>
      setTyped({ ...typed, [key]: target.value }),
  })
  return (
    <form
      className="form-below scope-form"
      aria-label={label}
      onSubmit={(event) => void submit(event)}
    >
      <Segmented label={`Who uses it: ${label}`} value={kind} options={KINDS} onChange={setKind} />
      <Field
        {...field('name')}
        label="Name"
        isRequired
        placeholder="laptop"
        problem={isTried && typed.name.trim() === '' ? 'It needs a name' : null}
      />
      {kind === 'member' ? (
        <Field
          {...field('as')}
          label="Acts for"
          placeholder="Any member"
          note="Names with commas"
        />
      ) : (
        <>
          <Field {...field('roles')} label="Roles" placeholder="Any" note="Names with commas" />
          <Field
            {...field('repos')}
            label="Repositories"
            placeholder="Any"
            note="Names with commas"
          />
        </>
      )}
      <Field {...field('expires')} label="Good for" note="Such as 90d, or never" />
      <Button type="submit" isBusy={isBusy}>
        {act}
      </Button>
    </form>
  )
}

const listed = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '')

function scopeInput(kind: TokenKind, typed: typeof EMPTY): ScopeInput {
  const base = { name: typed.name.trim(), kind, expires: typed.expires.trim() || '90d' }
  const [as, roles, repos] = [listed(typed.as), listed(typed.roles), listed(typed.repos)]
  if (kind === 'member') return as.length === 0 ? base : { ...base, as }
  return {
    ...base,
    ...(roles.length === 0 ? {} : { roles }),
    ...(repos.length === 0 ? {} : { repos }),
  }
}

export const TOKENS: SettingSection = {
  id: 'tokens',
  title: 'Tokens',
  note: 'Other machines come in by these, over the address of the fleet settings.',
  settings: [
    { id: 'tokens', words: 'Tokens list revoke other machines member daemon', node: <Tokens /> },
    { id: 'new-token', words: 'New token create member daemon', node: <NewToken /> },
    { id: 'invite', words: 'Invite a machine code join daemon', node: <Invite /> },
  ],
}
