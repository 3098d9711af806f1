/** Requests about the way to other machines. For people alone. */
import { procedures } from '../handlers/context.ts'
import { valueOf } from '../handlers/failures.ts'

const os = procedures.transport

export const transportHandlers = {
  status: os.status.handler(({ context: { yard } }) => yard.mail.status()),
  sync: os.sync.handler(async ({ context: { yard } }) => valueOf(await yard.mail.sync())),
  compact: os.compact.handler(async ({ context: { yard } }) => ({
    text: valueOf(await yard.mail.compact()),
  })),
}
