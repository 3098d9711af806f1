/** What is true of a try without asking a model, in words for one. */
import { oneLine } from '../../base/text.ts'
import type { Agent, KeptEvidence } from '../../domain/agent.ts'
import { durationText } from '../../domain/format.ts'
import { type AgentId, isAgentId } from '../../domain/ids.ts'
import { judgementIdSchema } from '../../domain/judging/evaluation.ts'
import type { Mask } from '../../domain/mask.ts'
import type { Task } from '../../domain/task.ts'
import type { ChangedFile } from '../../judging/evaluation-prompt.ts'
import { touchesTests } from '../../judging/places.ts'
import { nameOf } from '../../judging/quoting.ts'
import type { TriedChange } from '../git/changes.ts'

const MOST_NAMED = 10

/** What the task itself says must hold: its own list, then what the yard holds it to. `clean` comes before anything is cut. */
export function acceptanceOf(
  { description, deliverables, verify }: Pick<Task, 'description' | 'deliverables' | 'verify'>,
  clean: Mask,
): string[] {
  return [
    ...listBelow(
      clean(description),
      /^#{1,6}\s*(?:acceptance|done when|definition of done)\b.*$/im,
    ),
    ...deliverables.map((path) => `the file ${clean(path)} exists`),
    ...(verify === null ? [] : [`this line exits with 0: ${oneLine(clean(verify), 500)}`]),
  ]
}

/** Items of the list below a heading, up to the next heading. */
function listBelow(text: string, heading: RegExp): string[] {
  const found = heading.exec(text)
  if (!found) return []
  const [body = ''] = text.slice(found.index + found[0].length).split(/^#{1,6}\s/m)
  return [...body.matchAll(/^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s*)?(.+)$/gm)].flatMap(
    ([, item]) => item?.trim() ?? [],
  )
}

/** True without a model. */
export function changeFacts(change: TriedChange | null, files: readonly ChangedFile[]): string[] {
  if (change === null) return []
  if (change.files.length === 0) return ['nothing was changed']
  const tests = files.filter((file) => touchesTests({ files: [file] })).map(({ path }) => path)
  const more = change.files.length - files.length
  return [
    ...(tests.length === 0 ? [] : [`files of tests were changed: ${named(tests)}`]),
    ...(more > 0 || change.isCut ? [`${more} more changed files are not listed`] : []),
  ]
}

function named(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return `${names.slice(0, MOST_NAMED).map(nameOf).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

export function evidenceFacts({ evidence, report }: Agent, clean: Mask): string[] {
  const said = report?.kind === 'done' ? ['it reported itself that it is done'] : []
  if (evidence === null) return said
  const { exit, work, unfinished, missing } = evidence
  return [
    ...said,
    ...exitFacts(exit),
    ...(work === 'none' ? ['no work of it was found'] : []),
    ...(unfinished === null ? [] : [`it left a ${nameOf(clean(unfinished))} unfinished`]),
    ...(missing.length === 0
      ? []
      : [`files that it had to make are missing: ${named(missing.map(clean))}`]),
  ]
}

function exitFacts(exit: KeptEvidence['exit']): string[] {
  if (exit?.signal) return [`it was ended by ${exit.signal}`]
  return exit?.code ? [`it exited with ${exit.code}`] : []
}

/** Of a try that has ended, for whoever has to say what becomes of its task. */
export function endFacts(
  { state, startedAt, endedAt, changes, evidence }: Agent,
  clean: Mask,
): string[] {
  const verify = evidence?.verify ?? null
  return [
    ...(state.kind === 'ended' ? [`it ended: ${state.outcome}`] : [`it is ${state.kind}`]),
    ...(state.kind === 'ended' && state.failure
      ? [
          `${state.failure.class}, with the words ${JSON.stringify(oneLine(clean(state.failure.reason), 500))}`,
        ]
      : []),
    ...(startedAt !== null && endedAt !== null
      ? [`it had worked for ${durationText(endedAt - startedAt)}`]
      : []),
    ...(changes ? [`it changed ${changes.filesChanged} files in ${changes.commits} commits`] : []),
    ...(verify === null ? [] : [`its verify line exited with ${verify.code}`]),
  ]
}

/** Of a line of the log, without a name. */
export function writerOf(by: string, agent: AgentId): string {
  if (by === agent) return 'the agent'
  if (isAgentId(by)) return 'an earlier agent'
  // What a model answered of what an agent had printed is no person's word.
  return judgementIdSchema.safeParse(by).success ? 'a model' : 'a person'
}
