/** What became of an agent, in a sentence. */
import type { StoredRow } from '../../store/store.ts'
import { part, reasonOf, saidOf, textOf, type RowWords } from './row-parts.ts'

export function agentWords(row: StoredRow): RowWords {
  const { id, event } = row
  const told = TELLERS[event]?.(row) ?? {}
  return { text: `${id}: ${event}`, state: null, until: null, agent: id, ...told }
}

type Told = Partial<RowWords>

const TELLERS: Readonly<Record<string, (row: StoredRow) => Told>> = {
  'agent.claimed': ({ id, set }) => {
    if (set['by'] === 'person') return { text: 'Taken in hand', state: 'in-progress' }
    const way = [textOf(set['executor']), textOf(set['model'])].filter((word) => word !== null)
    const resumes = set['resumed'] === true ? ', in the same conversation' : ''
    return { text: `${id} claimed it: ${way.join(', ')}${resumes}`, state: 'in-progress' }
  },
  'agent.placed': ({ id, set }) => {
    const place = part(set['workplace'], 'branch') ?? part(set['workplace'], 'cwd')
    return { text: `${id} works in ${textOf(place) ?? 'its folder'}` }
  },
  'agent.started': ({ id, set }) => ({
    text: typeof set['pid'] === 'number' ? `${id} started, pid ${set['pid']}` : `${id} started`,
    state: 'in-progress',
  }),
  'agent.heard': ({ id }) => ({ text: `${id} was heard`, state: 'in-progress' }),
  'agent.conversed': ({ id }) => ({ text: `${id} began a conversation` }),
  'agent.reported': ({ id, set }) =>
    part(set['report'], 'kind') === 'done'
      ? { text: `${id} says it is done` }
      : { text: `${id} ${reportOf(part(set['report'], 'failure'))}` },
  'agent.stopping': ({ id, set }) => ({
    text: `${id} ${STOP_WORDS[String(part(set['state'], 'reason'))] ?? 'is being stopped'}`,
  }),
  'agent.ended': ended,
  'agent.forgotten': ({ id }) => ({ text: `${id} was forgotten` }),
}

const isQuestion = (failure: unknown): boolean => part(failure, 'class') === 'question'

const reportOf = (failure: unknown): string =>
  isQuestion(failure)
    ? `asks: ${saidOf(part(failure, 'reason')) ?? ''}`
    : `says it failed: ${reasonOf(failure)}`

const STOP_WORDS: Readonly<Record<string, string>> = {
  killed: 'is being killed',
  redispatch: 'is being stopped, another takes its place',
  timeout: 'is being stopped: its time is up',
  silent: 'is being stopped: it was silent for too long',
  budget: 'is being stopped: its task has used up its budget',
  superseded: 'is being stopped: its task was settled',
  abandoned: 'is being stopped: its task was abandoned',
}

function ended({ id, set }: StoredRow): Told {
  const outcome = String(part(set['state'], 'outcome'))
  const failure = part(set['state'], 'failure')
  switch (outcome) {
    case 'done':
      return { text: `${id} is done`, state: 'done' }
    case 'failed':
      // The question itself is told by the line of its task that waits for the answer.
      if (isQuestion(failure)) return { text: `${id} has asked and ended`, state: 'waiting' }
      return { text: `${id} failed: ${whyOf(failure)}`, state: 'failed' }
    case 'killed':
      return { text: `${id} was killed` }
    case 'lost':
      return { text: `${id} was lost: ${whyOf(failure)}`, state: 'failed' }
    case 'refused':
      return { text: `${id} ended with no result that counts: ${whyOf(failure)}`, state: 'failed' }
    case 'superseded':
      return { text: `${id} ended, its task was settled already` }
    default:
      return { text: `${id} ended` }
  }
}

/** The exit code alone says it all where it is all there is. */
function whyOf(failure: unknown): string {
  const code = part(failure, 'exitCode')
  return part(failure, 'class') === 'exit' && typeof code === 'number'
    ? `exit ${code}`
    : reasonOf(failure)
}
