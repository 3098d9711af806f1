/** Requests to move in from another program, and out to it. */
import { basename } from 'node:path'
import { ok } from '../../base/result.ts'
import type { Artifact } from '../../domain/executor.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import { createLeft, type MovedTask } from '../../domain/moving/transfer.ts'
import {
  writeAgentweave,
  type Outgoing,
  type OutgoingTask,
} from '../../graph-file/moving/write-agentweave.ts'
import { writeWorkgraph } from '../../graph-file/moving/write-workgraph.ts'
import { procedures } from '../handlers/context.ts'
import { valueOf } from '../handlers/failures.ts'
import type { Yard } from '../yard.ts'
import { type BroughtIn, changeOf, newEdits } from './bring-in.ts'

const os = procedures.transfer

const WRITERS = { agentweave: writeAgentweave, workgraph: writeWorkgraph }

export const transferHandlers = {
  import: os.import.handler(async ({ context: { yard, actor }, input }) => {
    const left = createLeft()
    const edits = newEdits(yard.config(), input.config, left)
    let brought: BroughtIn = { change: null, tasks: [], messages: [] }
    const changed = await yard.changeWithConfig(
      edits,
      (next) => {
        const made = changeOf(yard, next, input, left)
        if (!made.ok) return made
        brought = made.value
        return ok(brought.change)
      },
      actor,
      input.commandId,
    )
    valueOf(changed)
    const { tasks, messages } = brought
    const given = input.tasks.length + input.messages.length
    return {
      ids: tasks.map(idOf),
      finished: tasks.filter(({ end }) => end !== null).map(idOf),
      messages: messages.map(({ id }) => id),
      config: edits.map(({ key }) => key),
      known: given - tasks.length - messages.length,
      left: left.list(),
    }
  }),
  export: os.export.handler(({ context: { yard }, input }) => {
    const { files, left } = WRITERS[input.format](outgoingOf(yard))
    return { files: [...files], left: [...left] }
  }),
}

const idOf = ({ task }: MovedTask): string => task.id

function outgoingOf(yard: Yard): Outgoing {
  const { plan, store } = yard
  const config = yard.config()
  const tasks = [...plan.tasks.values()]
    .filter(({ id }) => !isStanding(id))
    .map((task): OutgoingTask => ({
      task,
      after: [...plan.blockersOf(task.id)],
      log: store.logOf(task.id).flatMap(({ at, by, text }) => ({ at, by, text })),
      artifacts: store
        .artifactsOf(task.id)
        .map(({ artifact }) => artifact as Artifact)
        .flatMap((artifact) => (artifact.kind === 'file' ? [artifact.path] : [])),
    }))
  return {
    tasks,
    settings: config.settings,
    deliveries: [...plan.deliveries.values()].flatMap((delivery) => {
      const stored = store.mail.message(delivery.messageId)
      return stored ? [{ delivery, message: stored.message }] : []
    }),
    config: config.list().filter(({ source }) => source === 'project'),
    name: basename(yard.paths.root),
    now: yard.now(),
  }
}
