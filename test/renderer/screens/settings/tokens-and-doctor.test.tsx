/** Tokens of other machines, and what the doctor finds, in Settings. */
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { DoctorItem } from '../../../../src/contract/service.ts'
import type { TokenView } from '../../../../src/contract/token.ts'
import { useAsked } from '../../../../src/renderer/actions/ask.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { DOCTOR, summaryOf } from '../../../../src/renderer/screens/settings/doctor-settings.tsx'
import type { SettingSection } from '../../../../src/renderer/screens/settings/setting.tsx'
import {
  scopeText,
  TOKENS,
  tokenState,
} from '../../../../src/renderer/screens/settings/token-settings.tsx'
import { eventually } from '../../../support/eventually.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(cleanup)

const TOKEN: TokenView = {
  id: 'tok-1',
  name: 'laptop',
  kind: 'daemon',
  scope: { names: [], roles: ['dev'], repos: [] },
  hint: 'wxyz',
  createdAt: '2026-11-20T10:00:00Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
}

/** Stands for the frame's dialog. */
function Asked() {
  const asked = useAsked()
  return asked?.question.choices.map(({ id, label }) => (
    <button key={id} type="button" onClick={() => asked.answer({ choice: id, text: '' })}>
      {label}
    </button>
  ))
}

function open({ settings }: SettingSection, client: object): void {
  render(
    <SessionContext value={liveSession(client)}>
      {settings.map(({ id, node }) => (
        <div key={id}>{node}</div>
      ))}
      <Asked />
    </SessionContext>,
  )
}
const button = (name: string | RegExp) => screen.findByRole('button', { name })

function openTokens(tokens: TokenView[] = [TOKEN]) {
  const sent: [string, object][] = []
  const taking =
    <T,>(name: string, answer: T) =>
    async ({ commandId, ...input }: { readonly commandId?: string }): Promise<T> => {
      expect(commandId).toBeDefined()
      sent.push([name, input])
      return answer
    }
  const token = {
    list: async () => tokens,
    create: taking('create', { ...TOKEN, token: 'ymt_secret' }),
    invite: taking('invite', {
      join: 'yard join https://10.0.0.1:7443#sha256:abc',
      code: 'K7-F3',
      expiresAt: '2026-11-20T10:10:00Z',
    }),
    revoke: taking('revoke', TOKEN),
  }
  open(TOKENS, { token })
  return sent
}

test('a token is shown once, with a way to copy it, and gone when that is done', async () => {
  const sent = openTokens()
  const form = within(await screen.findByRole('form', { name: 'New token' }))
  fireEvent.change(form.getByRole('textbox', { name: /^Name/ }), { target: { value: 'phone' } })
  fireEvent.change(form.getByRole('textbox', { name: 'Acts for' }), {
    target: { value: 'qa, ada' },
  })
  fireEvent.click(form.getByRole('button', { name: 'Create token' }))
  await screen.findByText('ymt_secret')
  expect(await button('Copy ymt_secret')).toBeDefined()
  expect(sent).toEqual([
    ['create', { name: 'phone', kind: 'member', expires: '90d', as: ['qa', 'ada'] }],
  ])
  fireEvent.click(await button('Done'))
  expect(screen.queryByText('ymt_secret')).toBeNull()
})

test('an invitation shows its line and its code once', async () => {
  const sent = openTokens()
  const form = within(await screen.findByRole('form', { name: 'Invitation' }))
  fireEvent.click(form.getByRole('button', { name: 'Make a code' }))
  await form.findByText('It needs a name')
  fireEvent.change(form.getByRole('textbox', { name: /^Name/ }), { target: { value: 'mini' } })
  fireEvent.change(form.getByRole('textbox', { name: 'Roles' }), { target: { value: 'dev' } })
  fireEvent.click(form.getByRole('button', { name: 'Make a code' }))
  await screen.findByText('K7-F3')
  expect(screen.getByText(/yard join https/)).toBeDefined()
  expect(sent).toEqual([
    ['invite', { name: 'mini', kind: 'daemon', expires: '90d', roles: ['dev'] }],
  ])
})

test('one is revoked after a question', async () => {
  const sent = openTokens()
  fireEvent.click(await button('Revoke… laptop'))
  expect(sent).toEqual([])
  fireEvent.click(await button('Revoke laptop'))
  await eventually(() => expect(sent).toHaveLength(1))
  expect(sent).toEqual([['revoke', { id: 'tok-1' }]])
})

test('a token says what it may and how long it is good', () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  expect(tokenState(TOKEN, now)[1]).toBe('Good for ever')
  const over = { ...TOKEN, expiresAt: '2026-11-20T11:00:00Z' }
  expect(tokenState(over, now)[1]).toMatch(/^Over since/)
  expect(tokenState({ ...over, revokedAt: '2026-11-20T10:30:00Z' }, now)[1]).toMatch(/^Revoked/)
  expect(scopeText('daemon', TOKEN.scope)).toBe('take work of role dev')
  expect(scopeText('member', { names: ['qa'], roles: [], repos: [] })).toBe('act for qa')
  expect(scopeText('member', { names: [], roles: [], repos: [] })).toBe('act for any member')
})

const item = (id: string, level: DoctorItem['level'], fix: string | null = null): DoctorItem => ({
  id,
  level,
  text: `${id} is looked at`,
  fix,
})

test('the doctor says what is wrong first, with what helps, and is run again, also over the network', async () => {
  const asked: object[] = []
  const service = {
    doctor: async (input: object) => {
      asked.push(input)
      return [
        item('store.disk', 'warn', 'make room'),
        item('yard.found', 'ok'),
        item('owner.heartbeat', 'fail', 'yard service start'),
      ]
    },
  }
  open(DOCTOR, { service })
  const wrong = within(await screen.findByRole('list', { name: 'What is wrong' }))
  expect(
    wrong.getAllByRole('listitem').map((each) => each.querySelector('code')?.textContent),
  ).toEqual(['owner.heartbeat', 'store.disk'])
  expect(wrong.getByText('yard service start')).toBeDefined()
  expect(screen.getByText('1 fails, 1 thing to see to, of 3 checks.')).toBeDefined()
  fireEvent.click(await button('Run again'))
  await eventually(() => expect(asked).toHaveLength(2))
  fireEvent.click(await button('With the network'))
  await eventually(() => expect(asked).toHaveLength(3))
  expect(asked).toEqual([{ network: false }, { network: false }, { network: true }])
})

test('with all fine it says so', () => {
  expect(summaryOf([], 12)).toBe('Nothing: 12 checks are fine.')
})
