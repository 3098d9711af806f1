/** Messages under fire: members take their turns while the owner of their yard is killed again and again, at a change of its files. */
import { mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Delivery } from '../../src/domain/messages/message.ts'
import type { StoredRow } from '../../src/store/journal.ts'
import { builtLauncher, makeYardFolder } from '../bench/bench-yard.ts'
import { messageAt, sendingTo } from '../support/mail.ts'
import { START_AT } from '../support/manual-clock.ts'
import { recordInto } from '../support/recorded-evaluations.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { CHAOS_VARIABLE, livingOf } from './processes.ts'
import { startProgram, startYard, type CommandPlace } from './yard-command.ts'

export interface MailChaosOptions {
  readonly random: SeededRandom
  readonly members: readonly string[]
  readonly messages: number
  readonly kills: number
}

export interface MailChaosOutcome {
  readonly kills: number
  /** What the agents wrote down, in the order of the world. */
  readonly notes: readonly MailNote[]
  readonly deliveries: readonly Delivery[]
  readonly rows: readonly StoredRow[]
  /** How the last owner ended, which was not killed. */
  readonly lastCode: number | null
  readonly said: string
  /** Everything that a run has started carries it. */
  readonly mark: string
}

export interface MailNote {
  /** told: this message stood in its prompt. twin: another agent of the same member lived. */
  readonly kind: 'start' | 'told' | 'end' | 'twin'
  readonly member: string
  readonly agent: string
  readonly message: number | null
}

/**
 * What a turn runs. Each line is one append, so the ledger's order is the order of the world. The lock is freed by the kernel when the
 * turn is over: who does not get it meets a living twin.
 */
const SCRIPT = `ledger=$1 locks=$2 member=$3 agent=$4
exec 9>"$locks/$member"
flock -n 9 || echo "twin $member $agent" >>"$ledger"
echo "start $member $agent" >>"$ledger"
for each in $(grep -o 'number-[0-9]*-' "$5" | tr -cd '0-9\\n'); do
  echo "told $member $agent $each" >>"$ledger"
done
echo "end $member $agent" >>"$ledger"
`

const OWNER = join(import.meta.dirname, 'mail-owner.ts')

/** Of an owner's life: its files change so often before it is killed. */
const MOST_CHANGES = 60

export async function runMailChaos(options: MailChaosOptions): Promise<MailChaosOutcome> {
  const { random, members, messages, kills } = options
  const folder = await makeYardFolder()
  const base = dirname(folder.paths.root)
  const ledger = join(base, 'ledger')
  const watched = [
    folder.paths.yard,
    join(folder.paths.yard, 'agents'),
    join(folder.paths.yard, 'service'),
  ]
  for (const each of [join(base, 'locks'), ...watched]) mkdirSync(each, { recursive: true })
  writeFileSync(join(base, 'turn.sh'), SCRIPT)
  writeFileSync(ledger, '')
  writeFileSync(folder.paths.config, configOf(base, members))
  const env = { ...folder.env, YARD_DEV: '1', [CHAOS_VARIABLE]: base }
  const place: CommandPlace = { root: folder.paths.root, env }
  const launcher = await builtLauncher()
  const db = folder.paths.db
  let sent = 0
  const sendSome = (count: number): Promise<void> =>
    recordInto(db, (recorder) => {
      for (let i = 0; i < count && sent < messages; i += 1, sent += 1) {
        const message = messageAt(START_AT + sent, `number-${sent}-`)
        const to = members[sent % members.length] ?? ''
        recorder.run({ type: 'message.send', ...sendingTo([to], message) })
      }
    })
  try {
    let killed = 0
    // One whose work is done before its moment ends by itself.
    for (let life = 0; killed < kills && life < 2 * kills; life += 1) {
      await sendSome(Math.ceil(messages / kills))
      const owner = startProgram(place, [OWNER, place.root, launcher])
      const changes = random.int(1, MOST_CHANGES)
      const moment = new AbortController()
      const first = await Promise.race([owner.ended, untilChanged(watched, changes, moment.signal)])
      moment.abort()
      if (first === 'changed') {
        owner.child.kill('SIGKILL')
        killed += 1
      }
      await owner.ended
    }
    await sendSome(messages)
    const last = await startYard(place, 'run').ended
    return {
      kills: killed,
      notes: readNotes(readFileSync(ledger, 'utf8')),
      ...(await storedIn(db)),
      lastCode: last.code,
      said: last.stderr,
      mark: base,
    }
  } finally {
    for (const { pid } of livingOf(base)) process.kill(pid, 'SIGKILL')
    folder.remove()
  }
}

function configOf(base: string, members: readonly string[]): string {
  const words = ['turn.sh', 'ledger', 'locks'].map((name) => join(base, name))
  const command = ['sh', ...words, '{task_id}', '{agent_id}', '{prompt_file}']
  return [
    `[coordinator]\nmax_agents = ${members.length}`,
    '[messages]\nretry_after = "1s"',
    `[executors.clerk]\ntype = "command"\ncommand = ${JSON.stringify(command)}`,
    ...members.map((name) => `[members.${name}]\nexecutor = "clerk"`),
    '',
  ].join('\n')
}

/** At the change of a file in one of these folders that is the `count`th. */
function untilChanged(
  folders: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<'changed'> {
  let left = count
  return new Promise((resolve) => {
    for (const folder of folders)
      watch(folder, { signal }, () => {
        left -= 1
        if (left === 0) resolve('changed')
      })
  })
}

async function storedIn(db: string): Promise<Pick<MailChaosOutcome, 'deliveries' | 'rows'>> {
  let found: Pick<MailChaosOutcome, 'deliveries' | 'rows'> = { deliveries: [], rows: [] }
  await recordInto(db, ({ opened: { store } }) => {
    const stored = store.mail.messages({ limit: 1_000_000 })
    found = {
      deliveries: stored.flatMap(({ deliveries }) => deliveries),
      rows: store.journal(0, 1_000_000),
    }
  })
  return found
}

const readNotes = (text: string): MailNote[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, member = '', agent = '', message] = line.split(' ')
      if (kind !== 'start' && kind !== 'told' && kind !== 'end' && kind !== 'twin')
        throw new Error(`the ledger holds a broken line: ${line}`)
      return { kind, member, agent, message: message === undefined ? null : Number(message) }
    })

/** Each sentence is a promise that was broken: seen from outside, a member had two turns at once, or one that did not end. */
export function overlapsIn(notes: readonly MailNote[]): string[] {
  const living = new Map<string, string>()
  const broken: string[] = []
  for (const { kind, member, agent } of notes) {
    if (kind === 'twin') broken.push(`${agent} of ${member} met a living twin`)
    if (kind === 'start') {
      const other = living.get(member)
      if (other !== undefined) broken.push(`${agent} of ${member} began beside ${other}`)
      living.set(member, agent)
    }
    if (kind === 'end') living.delete(member)
  }
  for (const [member, agent] of living) broken.push(`${agent} of ${member} never ended`)
  return broken
}
