/**
 * An agent that speaks the Agent Client Protocol and does as its scenes say: `node acp-agent.ts SCENE…`. What it was sent it notes,
 * a JSON line each, in the file that ACP_AGENT_NOTES names.
 */
import { appendFileSync } from 'node:fs'
import { Readable, Writable } from 'node:stream'
import {
  agent,
  methods,
  ndJsonStream,
  RequestError,
  type AgentContext,
  type PermissionOption,
  type PromptResponse,
  type ReadTextFileResponse,
  type RequestPermissionResponse,
  type SessionUpdate,
  type ToolCallUpdate,
} from '@agentclientprotocol/sdk'

const scenes = process.argv.slice(2)
const is = (scene: string): boolean => scenes.includes(scene)
const note = (what: string, value: unknown = null): void => {
  const file = process.env['ACP_AGENT_NOTES']
  if (file) appendFileSync(file, `${JSON.stringify({ what, value })}\n`)
}
const raw = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)

const SESSION = 'session-1'
const OPTIONS: PermissionOption[] = [
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
]

/** Says what came of something, so that it can be read in the answer. */
type Say = (text: string) => Promise<void>
interface Stage {
  readonly client: AgentContext
  readonly say: Say
  readonly tell: (update: SessionUpdate) => Promise<void>
  readonly cancelled: Promise<void>
}
type Scene = (stage: Stage) => Promise<PromptResponse['stopReason'] | void>

const ask = async ({ client, say }: Stage, toolCall: ToolCallUpdate): Promise<void> => {
  const request = { sessionId: SESSION, toolCall, options: OPTIONS }
  const { outcome } = await client.request<RequestPermissionResponse>(
    methods.client.session.requestPermission,
    request,
  )
  note('outcome', outcome)
  await say(outcome.outcome === 'selected' ? outcome.optionId : outcome.outcome)
}
const tried = async (say: Say, act: () => Promise<string>): Promise<void> => {
  const text = await act().catch((error: unknown) =>
    error instanceof RequestError ? `error ${error.code}: ${error.message}` : String(error),
  )
  note('tried', text)
  await say(`${text}\n`)
}
const argument = (name: string): string =>
  scenes.find((scene) => scene.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''

const SCENES: Readonly<Record<string, Scene>> = {
  async text({ tell, say }) {
    await tell({
      sessionUpdate: 'agent_thought_chunk',
      content: { type: 'text', text: 'It thinks.' },
    })
    const plan = (status: 'pending' | 'completed') =>
      tell({
        sessionUpdate: 'plan',
        entries: [{ content: 'Do it', priority: 'high', status }],
      })
    await plan('pending')
    await plan('pending')
    await plan('completed')
    await say('Hello ')
    await say('from the agent.')
  },
  async tool({ tell, say }) {
    await say('First a call.')
    const toolCallId = 'call-1'
    await tell({ sessionUpdate: 'tool_call', toolCallId, title: 'shell', kind: 'execute' })
    await tell({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: 'in_progress',
      rawInput: { command: 'echo hi > out.txt' },
    })
    await tell({
      sessionUpdate: 'tool_call_update',
      toolCallId,
      status: 'completed',
      content: [{ type: 'content', content: { type: 'text', text: 'seen' } }],
    })
    await tell({
      sessionUpdate: 'tool_call',
      toolCallId: 'call-2',
      title: 'Look',
      kind: 'read',
      status: 'failed',
      locations: [{ path: '/x' }],
      rawOutput: { error: 'no such file' },
    })
    await say('Done.')
  },
  edit: (stage) =>
    ask(stage, {
      toolCallId: 'edit-1',
      title: 'Edit a file',
      kind: 'edit',
      content: [{ type: 'diff', path: argument('path'), oldText: null, newText: 'x' }],
    }),
  run: (stage) =>
    ask(stage, {
      toolCallId: 'run-1',
      title: 'Run it',
      kind: 'execute',
      rawInput: { command: argument('line') },
    }),
  read: ({ client, say }) =>
    tried(say, async () => {
      const request = { sessionId: SESSION, path: argument('path'), line: 2, limit: 1 }
      return (await client.request<ReadTextFileResponse>(methods.client.fs.readTextFile, request))
        .content
    }),
  write: ({ client, say }) =>
    tried(say, async () => {
      const request = { sessionId: SESSION, path: argument('path'), content: 'written' }
      await client.request(methods.client.fs.writeTextFile, request)
      return 'wrote it'
    }),
  terminal: ({ client, say }) =>
    tried(say, async () => {
      const terminal = await client.createTerminal({
        sessionId: SESSION,
        command: argument('line'),
        outputByteLimit: 10,
      })
      const exit = await terminal.waitForExit()
      const { output, truncated } = await terminal.currentOutput()
      await terminal.release()
      return JSON.stringify({ output, truncated, exit: exit.exitCode })
    }),
  async 'terminal-left'({ client, say }) {
    const line = 'echo $$; exec tail -f /dev/null'
    const terminal = await client.createTerminal({
      sessionId: SESSION,
      command: 'sh',
      args: ['-c', line],
    })
    let output = ''
    while (!output.includes('\n')) output = (await terminal.currentOutput()).output
    note('left', Number(output))
    await say('left it running')
  },
  async wait({ say, cancelled }) {
    await say('waiting')
    await cancelled
    return 'cancelled'
  },
  async deaf({ say }) {
    await say('deaf')
    await new Promise(() => {})
  },
  async crash({ say }) {
    await say('about to fall')
    process.stderr.write('something broke\n')
    process.exit(7)
  },
  async hostile({ say }) {
    const update = (content: unknown) =>
      raw({
        jsonrpc: '2.0',
        method: 'session/update',
        params: { sessionId: SESSION, update: content },
      })
    process.stdout.write('a banner, no message\n{"torn": \n[1,2]\nnull\n')
    raw({ jsonrpc: '2.0', method: 'session/update', params: null })
    update({ sessionUpdate: 'of_tomorrow', x: 1 })
    update({ sessionUpdate: 'agent_message_chunk', content: 7 })
    update({
      sessionUpdate: 'tool_call',
      toolCallId: 'x'.repeat(5000),
      title: '\u001b[31m\n{"type":"result","ok":true,"text":null}',
    })
    update({ sessionUpdate: 'tool_call_update', toolCallId: '__proto__', status: 'completed' })
    raw({ jsonrpc: '2.0', id: 'nobody', result: {} })
    raw({ jsonrpc: '2.0', id: 99, method: 'fs/read_text_file', params: { path: 5 } })
    raw({ jsonrpc: '2.0', id: 98, method: 'no/such_method', params: {} })
    await say(`${'y'.repeat(300_000)}\n{"type":"error","message":"forged","class":"auth"}\n\ud800`)
  },
}

function failed(): RequestError | null {
  if (is('auth')) return RequestError.authRequired({ authMethods: [] }, 'sign in first')
  if (is('quota'))
    return new RequestError(429, 'You exceeded your current quota', { retryAfter: 60 })
  return is('internal') ? RequestError.internalError({ details: 'the model is overloaded' }) : null
}

if (is('exits-at-once')) {
  process.stderr.write('wrong flag\n')
  process.exit(3)
}
let cancel = (): void => {}
const cancelled = new Promise<void>((resolve) => {
  cancel = resolve
})

const app = agent({ name: 'scripted' })
  .onRequest(methods.agent.initialize, async ({ params }) => {
    note('initialize', params)
    note('pid', process.pid)
    if (is('silent')) await new Promise(() => {})
    return {
      protocolVersion: is('tomorrow') ? 2 : 1,
      agentCapabilities: {
        loadSession: is('loads'),
        ...(is('resumes') ? { sessionCapabilities: { resume: {} } } : {}),
      },
      authMethods: [{ id: 'login', name: 'Log in', description: 'run agent login' }],
    }
  })
  .onRequest(methods.agent.session.new, ({ params }) => {
    note('new', params)
    if (is('auth')) throw failed()
    const models = ['small', 'large'].map((value) => ({ value, name: value }))
    const option = {
      ...({ type: 'select', id: 'model', name: 'Model', category: 'model' } as const),
      currentValue: 'small',
      options: models,
    }
    return { sessionId: SESSION, ...(is('models') ? { configOptions: [option] } : {}) }
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    note('load', params)
    if (is('forgets')) throw RequestError.resourceNotFound(params.sessionId)
    const content = { type: 'text', text: 'said long ago' } as const
    const update = { sessionUpdate: 'agent_message_chunk', content } as const
    await client.notify(methods.client.session.update, { sessionId: params.sessionId, update })
    const cost = {
      sessionUpdate: 'usage_update',
      used: 1,
      size: 2,
      cost: { amount: 1, currency: 'USD' },
    } as const
    await client.notify(methods.client.session.update, {
      sessionId: params.sessionId,
      update: cost,
    })
    return {}
  })
  .onRequest(methods.agent.session.resume, ({ params }) => {
    note('resume', params)
    return {}
  })
  .onRequest(methods.agent.session.setConfigOption, ({ params }) => {
    note('option', params)
    return { configOptions: [] }
  })
  .onNotification(methods.agent.session.cancel, ({ params }) => {
    note('cancel', params)
    cancel()
  })
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    note('prompt', params)
    const tell = (update: SessionUpdate): Promise<void> =>
      client.notify(methods.client.session.update, { sessionId: params.sessionId, update })
    const say: Say = (text) =>
      tell({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } })
    const failure = failed()
    if (failure) throw failure
    let stopReason: PromptResponse['stopReason'] = 'end_turn'
    for (const scene of scenes) {
      const stopped = await SCENES[scene]?.({ client, tell, say, cancelled })
      if (stopped) stopReason = stopped
    }
    if (is('costs'))
      await tell({
        sessionUpdate: 'usage_update',
        used: 1,
        size: 2,
        cost: { amount: 1.5, currency: 'USD' },
      })
    const said = scenes.find((scene) => scene.startsWith('stop='))
    const usage = { totalTokens: 18, inputTokens: 10, cachedReadTokens: 3, outputTokens: 5 }
    return {
      stopReason: said ? (said.slice(5) as PromptResponse['stopReason']) : stopReason,
      ...(is('costs') ? { usage } : {}),
    }
  })

if (is('deaf')) process.on('SIGTERM', () => note('term'))
app.connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)))
if (is('deaf')) setInterval(() => {}, 1000)
