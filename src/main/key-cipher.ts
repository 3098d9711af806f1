/** The key store of the system, as Electron offers it: what is sealed here only this person's session can open. */
import { safeStorage } from 'electron'
import type { KeyCipher } from '../desktop/key-store.ts'

const NONE =
  'This system offers no key store that could keep them. Set them in your environment, or in a file that only you can read.'

/** What Chromium on Linux writes first where it had no key store and used a password that everybody knows. */
const OPEN_TO_ALL = 'v10'

export function createKeyCipher(platform: NodeJS.Platform): KeyCipher {
  const isLinux = platform === 'linux'
  const isOpenToAll = (sealed: Buffer): boolean =>
    isLinux && sealed.subarray(0, OPEN_TO_ALL.length).toString('latin1') === OPEN_TO_ALL
  const refusal = async (): Promise<string | null> => {
    try {
      if (isLinux && ['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend()))
        return NONE
      return (await safeStorage.isAsyncEncryptionAvailable()) ? null : NONE
    } catch {
      return NONE
    }
  }
  return {
    refusal,
    async seal(name, value) {
      const why = await refusal()
      if (why !== null) throw new Error(why)
      const sealed = await sealedOrNull(JSON.stringify([name, value]))
      if (sealed === null) throw new Error('The key store of this system did not take the key')
      if (isOpenToAll(sealed)) throw new Error(NONE)
      return sealed.toString('base64')
    },
    async open(name, sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      if (isOpenToAll(bytes)) return null
      try {
        const { result } = await safeStorage.decryptStringAsync(bytes)
        const [sealedName, value] = JSON.parse(result) as readonly unknown[]
        return sealedName === name && typeof value === 'string' ? value : null
      } catch {
        return null // another person's, or the key ring was made anew
      }
    },
  }
}

async function sealedOrNull(text: string): Promise<Buffer | null> {
  try {
    return await safeStorage.encryptStringAsync(text)
  } catch {
    return null // what it says might repeat what it was given
  }
}
