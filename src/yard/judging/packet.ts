/**
 * What judges are shown of a try, read from the store, from git and from its folder: secrets masked, sizes bounded, and nothing that says
 * who did the work. Made from what is committed, so that the same try gives the same.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readOutput } from '../../agents/output/read-output.ts'
import { oneLine } from '../../base/text.ts'
import type { Agent } from '../../domain/agent.ts'
import { artifactOf } from '../../domain/executor.ts'
import { isAgentId } from '../../domain/ids.ts'
import type { JudgingSettings } from '../../domain/judging/judging-settings.ts'
import type { Mask } from '../../domain/mask.ts'
import { type OutputReport, plainText } from '../../domain/output.ts'
import type { LogLine } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { ChangedFile, EvaluationPacket } from '../../judging/evaluation-prompt.ts'
import { fileMatcher } from '../../judging/file-globs.ts'
import type { TriagePacket } from '../../judging/triage-prompt.ts'
import type { Store } from '../../store/store.ts'
import { readArtifact } from '../artifact-files.ts'
import { type ChangeSource, triedChange, type TriedChange } from '../git/changes.ts'
import { acceptanceOf, changeFacts, endFacts, evidenceFacts } from './packet-facts.ts'
import type { EvaluationMaterial } from './questions.ts'

interface Parts {
  readonly source: ChangeSource
  readonly store: Pick<Store, 'judging'>
  /** As it masks the logs. */
  readonly mask: Mask
}

export interface Packets {
  evaluation(task: Task, agent: Agent): Promise<EvaluationMaterial>
  /** `more`: what only its runtime knows, such as since when it is silent. */
  triage(task: Task, agent: Agent, more?: readonly string[]): Promise<TriagePacket>
}

/** Of one kept result so much is read. */
const ARTIFACT_BYTES = 256_000
const MOST_FILES = 300
const MOST_LOG = 200
const MOST_DEPENDENTS = 20
const MOST_NOTES = 5

export function createPackets(parts: Parts): Packets {
  const { source } = parts
  const cleaner = (): Mask => cleanerOf(parts.mask, source.config().settings.judging)
  return {
    evaluation: (task, agent) => evaluationOf({ ...parts, clean: cleaner() }, task, agent),
    async triage(task, agent, more = []) {
      const clean = cleaner()
      const { tail } = source.config().settings.triage
      return {
        title: clean(task.title),
        description: clean(task.description),
        facts: [...more, ...endFacts(agent), ...evidenceFacts(agent)].map(clean),
        log: logOf(source, task, agent, clean),
        tail: clean(await tailOf(source, agent, tail)),
      }
    },
  }
}

/** The logs' mask, then the patterns of the yard. */
export function cleanerOf(mask: Mask, { redact }: Pick<JudgingSettings, 'redact'>): Mask {
  const patterns = redact.map((pattern) => new RegExp(pattern, 'g'))
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, hidden), mask(text))
}

/** A pattern that also finds nothing must not stand between all letters. */
const hidden = (found: string): string => (found === '' ? '' : '***')

interface Scene extends Parts {
  readonly clean: Mask
}

async function evaluationOf(scene: Scene, task: Task, agent: Agent): Promise<EvaluationMaterial> {
  const { source, clean } = scene
  const { maxInput, exclude } = source.config().settings.judging
  const isExcluded = fileMatcher(exclude)
  const change = await triedChange(
    source,
    { task, agent },
    // What is cut is cut in the prompt, by what all files need.
    { maxBytes: 4 * maxInput, mayShow: ({ path, binary }) => !binary && !isExcluded(path) },
  )
  const made = change.ok ? change.value : null
  const files = made === null ? [] : filesOf(made, isExcluded, clean)
  const kept = await keptOf(scene, task, agent, isExcluded)
  const facts = [
    ...(change.ok ? [] : [`what it has changed cannot be read: ${change.error.message}`]),
    ...changeFacts(made, files),
    ...evidenceFacts(agent),
  ]
  const packet: EvaluationPacket = {
    title: clean(task.title),
    description: clean(task.description),
    acceptance: acceptanceOf(task).map(clean),
    facts: facts.map(clean),
    ...checksOf(task, agent, clean),
    files,
    artifacts: kept.artifacts,
    answer: kept.answer === null ? null : clean(kept.answer),
    log: logOf(source, task, agent, clean),
    dependents: dependentsOf(source, task, clean),
    notes: notesOf(scene, task, agent).map(clean),
    workedMs: workedMs(agent),
    costUsd: agent.usage?.costUsd ?? null,
  }
  return { packet, work: change.ok ? workKey(made?.key ?? null, kept) : '' }
}

/** Equal for equal work; empty where nothing of it could be read, which is equal to no other. */
const workKey = (change: string | null, { answer, keys }: Kept): string =>
  change === null && answer === null && keys.length === 0
    ? ''
    : keyOf(JSON.stringify([change, answer, keys]))

function checksOf(
  { verify: line }: Task,
  { evidence }: Agent,
  clean: Mask,
): Pick<EvaluationPacket, 'verify' | 'checks'> {
  const verify = evidence?.verify ?? null
  const name = clean(oneLine(line ?? 'verify', 200))
  const tailOfCheck = (tail: string): string => clean(plainText(tail))
  const checks = (evidence?.checks ?? []).map((check) => ({
    name: check.name,
    isOk: check.ok,
    tail: tailOfCheck(check.tail),
  }))
  if (verify === null) return { verify, checks }
  return { verify: { name, isOk: verify.code === 0, tail: tailOfCheck(verify.tail) }, checks }
}

const workedMs = ({ startedAt, endedAt }: Agent): number | null =>
  startedAt === null || endedAt === null ? null : endedAt - startedAt

function filesOf(
  { files, patches }: TriedChange,
  isExcluded: (path: string) => boolean,
  clean: Mask,
): ChangedFile[] {
  const shown = new Map(patches.map((one) => [one.path, one]))
  return files.slice(0, MOST_FILES).map(({ path, insertions, deletions, binary }) => {
    const patch = shown.get(path)
    const isThere = patch !== undefined && patch.patch !== ''
    const why = isThere ? (patch.truncated ? 'cut' : null) : 'too large to be shown'
    return {
      path: clean(path),
      insertions,
      deletions,
      patch: isThere ? clean(patch.patch) : null,
      reason: isExcluded(path) ? 'not shown' : binary ? null : why,
    }
  })
}

/** Without the yard's own lines, which name executors and scores; who wrote one is told by what they are. */
function logOf(source: ChangeSource, { id }: Task, agent: Agent, clean: Mask) {
  const isTold = ({ by }: LogLine): boolean => isAgentId(by) || !SYSTEM.has(by)
  return source.store
    .logOf(id, MOST_LOG)
    .filter(isTold)
    .map(({ by, text }) => ({
      by: by === agent.id ? 'the agent' : isAgentId(by) ? 'an earlier agent' : 'a person',
      text: clean(plainText(text)),
    }))
}

const SYSTEM: ReadonlySet<string> = new Set(['coordinator'])

const dependentsOf = ({ plan }: ChangeSource, { id }: Task, clean: Mask) =>
  [...plan.dependentsOf(id)]
    .flatMap((dependent) => plan.tasks.get(dependent) ?? [])
    .toSorted((a, b) => a.order - b.order)
    .slice(0, MOST_DEPENDENTS)
    .map(({ title, description }) => ({ title: clean(title), description: clean(description) }))

/** Of judges on earlier tries, oldest first. */
const notesOf = ({ store }: Scene, { id }: Task, agent: Agent): string[] =>
  store.judging
    .list({ task: id }, 2 * MOST_NOTES)
    .map(({ evaluation }) => evaluation)
    .filter(({ agentId, notes }) => agentId !== agent.id && notes.trim() !== '')
    .slice(0, MOST_NOTES)
    .map(({ notes }) => notes)
    .toReversed()

interface Kept {
  readonly answer: string | null
  readonly artifacts: EvaluationPacket['artifacts']
  /** Name all of their contents. */
  readonly keys: readonly string[]
}

/** The last answer of this try, and what else it kept as a result. */
async function keptOf(
  { source, clean }: Scene,
  task: Task,
  agent: Agent,
  isExcluded: (path: string) => boolean,
): Promise<Kept> {
  const kept = source.store.artifactsOf(task.id).filter(({ agentId }) => agentId === agent.id)
  const artifacts: EvaluationPacket['artifacts'][number][] = []
  const keys: string[] = []
  let answer: string | null = null
  const add = (name: string, text: string | null, bytes: number): void =>
    void artifacts.push({ name: clean(name), text: text === null ? null : clean(text), bytes })
  for (const { artifact } of kept) {
    const one = artifactOf(artifact)
    if (one === null) continue
    if (one.kind === 'file') {
      const file = await fileAt(source, task, one.path)
      keys.push(`${one.path} ${file.key}`)
      add(one.path, isExcluded(one.path) ? null : file.text, file.bytes)
    } else if (one.kind === 'text' && one.name === 'answer') answer = one.text
    else {
      const [name, text] =
        one.kind === 'text' ? [one.name, one.text] : ['data', JSON.stringify(one.value, null, 2)]
      keys.push(`${name} ${keyOf(text)}`)
      add(name, text, Buffer.byteLength(text))
    }
  }
  return { answer, artifacts, keys }
}

const keyOf = (content: string | Buffer): string =>
  createHash('sha256').update(content).digest('hex')

/** One that cannot be read is only named: it was removed, or is not the task's own file any more. */
async function fileAt(source: ChangeSource, task: Task, path: string) {
  const read = await readArtifact(source, task, { path, from: 0, maxBytes: ARTIFACT_BYTES }).catch(
    () => null,
  )
  if (!read?.ok) return { text: null, bytes: 0, key: 'none' }
  const content = Buffer.from(read.value.content, 'base64')
  const isText = !content.includes(0)
  const { size: bytes } = read.value
  return {
    text: isText ? content.toString('utf8') : null,
    bytes,
    key: `${bytes} ${keyOf(content)}`,
  }
}

/** The end of what it printed, as it is shown to people. */
async function tailOf(
  { paths }: ChangeSource,
  { id, executorType, state }: Agent,
  bytes: number,
): Promise<string> {
  const isEnded = state.kind === 'ended'
  const folder = join(paths.agents, id)
  const where = { folder, stream: 'merged', isEnded } as const
  const { reports } = await readOutput({ ...where, from: -bytes, maxBytes: bytes }, executorType)
  return plainText(reports.map(reportText).filter(Boolean).join('\n'))
}

function reportText(report: OutputReport): string {
  switch (report.kind) {
    case 'text':
    case 'thinking':
    case 'raw':
      return report.text
    case 'question':
      return `asks: ${report.text}`
    case 'tool-call':
      return `> ${report.name}: ${report.summary}`
    case 'tool-result':
      return `${report.ok ? '' : 'failed: '}${report.text}`
    case 'waiting':
      return `waits: ${report.why}`
    case 'error':
      return `error: ${report.message}`
    case 'result':
      return `${report.ok ? 'ended well' : 'ended with an error'}: ${report.text}`
    case 'usage':
    case 'conversation':
      return ''
  }
}
