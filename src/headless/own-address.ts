/** Whether an address is one of this machine. */
import { hostname, networkInterfaces } from 'node:os'

/**
 * Plain http, at loopback or at an address or name of this machine. `state.json` lies in the yard's folder, and that may have come
 * from anywhere: an address in it that leads elsewhere is not an owner's.
 */
export function isOwnAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') return false
  const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return isLoopback(name) || isOwnName(name) || isOwnInterface(name)
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)

function isOwnName(name: string): boolean {
  const own = hostname().toLowerCase()
  return name === own || name === `${own}.local`
}

function isOwnInterface(name: string): boolean {
  try {
    return Object.values(networkInterfaces()).some((all) =>
      all?.some(({ address }) => address.toLowerCase() === name),
    )
  } catch {
    return false // the system does not tell
  }
}
