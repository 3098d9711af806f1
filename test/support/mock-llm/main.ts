/** Runs the mock by hand: `node test/support/mock-llm/main.ts [PORT]`. Its first line is its address; ^C ends it. */
import { startMockLlm } from './server.ts'

const mock = await startMockLlm(Number(process.argv[2] ?? 0))
process.stdout.write(`${mock.url}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void mock.close())
