/**
 * The resident launcher: a small Node process that starts agents, because a fork costs in proportion to the memory of the
 * process that forks. Its arguments are the supervisor command. It goes when its owner goes; agents stay.
 */
import { systemClock } from '../base/clock.ts'
import { createProcessHost } from './process/host/identity.ts'
import { createResident, type LauncherReply, parseRequest } from './process/launcher/resident.ts'

const onRequest = createResident({
  supervisor: process.argv.slice(2),
  host: createProcessHost(),
  clock: systemClock,
  reply: (reply: LauncherReply) => {
    // The owner may be gone by now; whoever opens the yard next reads the folders instead.
    if (process.connected) process.send?.(reply, undefined, {}, () => {})
  },
})

process.on('disconnect', () => process.exit(0))
process.on('message', (message: unknown) => {
  const request = parseRequest(message)
  if (request) onRequest(request)
})
// A Ctrl-C or a hang-up at the owner's terminal is the owner's to answer.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
if (!process.connected) process.exit(0)
