/** One agent from its order to its end. */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import type { OwnEventInput } from '../executors/readers/own-events.ts'
import { runLoop, tellFailure, type LoopEnd } from './agent-loop.ts'
import { openConversation, type ConversationFile } from './conversation-file.ts'
import { instructionsOf } from './instructions.ts'
import { keyFor } from './key-source.ts'
import { languageModel } from './language-model.ts'
import type { NativeOrder } from './native-order.ts'
import { createShellTool } from './tools/shell-tool.ts'
import { toolSet } from './tools/tool-set.ts'

export interface NativeRun {
  readonly order: NativeOrder
  readonly prompt: string
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly emit: (event: OwnEventInput) => void
  readonly now: () => number
}

export async function runNative(run: NativeRun): Promise<LoopEnd> {
  const { order, emit } = run
  const refuse = (failure: WorkFailure): LoopEnd => {
    tellFailure(emit, failure)
    return 'failed'
  }
  const key = keyFor(order, run.env)
  if (!key.ok) return refuse(workFailure('auth', key.error))
  const path = join(order.conversations, `${order.conversationId}.jsonl`)
  const conversation = openConversation(path, order.isResumed)
  if (!conversation.ok) return refuse(workFailure('crash', conversation.error))
  emit({ type: 'conversation', id: order.conversationId })
  const shell = createShellTool()
  try {
    return await converse(run, { key: key.value, conversation: conversation.value, shell })
  } finally {
    conversation.value.close()
    if (!order.keepBackground) shell.endAll()
  }
}

async function converse(
  run: NativeRun,
  parts: {
    readonly key: string | null
    readonly conversation: ConversationFile
    readonly shell: ReturnType<typeof createShellTool>
  },
): Promise<LoopEnd> {
  const { order, root, signal, now } = run
  const today = new Date(now()).toISOString().slice(0, 10)
  return runLoop({
    ...run,
    model: await languageModel(order, parts.key),
    instructions: instructionsOf(order, { root, platform: process.platform, today }),
    tools: toolSet(order.mode, parts.shell),
    context: {
      root,
      isConfined: order.permissions !== 'bypass',
      env: withoutKey(run.env, order.keyVariable),
      signal,
      now,
    },
    conversation: parts.conversation,
    sleep: (ms, ending) => delay(ms, undefined, { signal: ending }),
    random: Math.random,
  })
}

/** The commands that it runs need neither its key nor to know that Node is an app. */
function withoutKey(env: NativeRun['env'], keyVariable: string | null): NativeRun['env'] {
  const hidden = new Set([keyVariable, 'ELECTRON_RUN_AS_NODE'])
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)))
}
