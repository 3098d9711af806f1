/** New versions through electron-updater. Nothing is asked, loaded or installed unless a person says so, nor where no channel is configured. */
import type { Log } from '../base/log.ts'
import { errorText } from '../base/text.ts'
import type { UpdateState } from '../contract/desktop.ts'

/** What is used of electron-updater. */
interface Updater {
  autoDownload: boolean
  autoInstallOnAppQuit: boolean
  checkForUpdates(): Promise<{
    readonly isUpdateAvailable: boolean
    readonly updateInfo: { readonly version: string }
  } | null>
  quitAndInstall(): void
  on(event: 'download-progress', listener: (info: { readonly percent: number }) => void): unknown
}
export interface LoadedUpdater {
  readonly updater: Updater
  startDownload(): { readonly done: Promise<unknown>; cancel(): void }
}

export interface UpdatesParts {
  /** Null = no release channel is configured. */
  readonly load: (() => Promise<LoadedUpdater>) | null
  /** The version that runs. */
  readonly version: string
  readonly onChange: (state: UpdateState) => void
  /** Lets go of everything that would ask before the app ends. */
  readonly beforeInstall: () => Promise<void>
  readonly log: Log
}

export interface Updates {
  state(): UpdateState
  check(): Promise<UpdateState>
  download(): Promise<UpdateState>
  /** Ends a download; the version stays to be had. */
  cancel(): Promise<UpdateState>
  install(): Promise<void>
}

export function createUpdates(parts: UpdatesParts): Updates {
  const { load, version } = parts
  const told = createState(parts)
  const updaterOf = load && loadOnce(load, told.progress)
  let cancelDownload: (() => void) | null = null
  const download = async (
    next: string,
    load: () => Promise<LoadedUpdater>,
  ): Promise<UpdateState> => {
    let isCancelled = false
    try {
      const { done, cancel } = (await load()).startDownload()
      cancelDownload = () => {
        isCancelled = true
        cancel()
      }
      await done
      return told.show({ kind: 'ready', version: next })
    } catch (error) {
      return isCancelled ? told.show({ kind: 'available', version: next }) : told.fail(error)
    } finally {
      cancelDownload = null
    }
  }
  return {
    state: told.now,
    async check() {
      if (!updaterOf || isBusy(told.now())) return told.now()
      told.show({ kind: 'checking' })
      try {
        const found = await (await updaterOf()).updater.checkForUpdates()
        return told.show(
          found?.isUpdateAvailable
            ? { kind: 'available', version: found.updateInfo.version }
            : { kind: 'none', version },
        )
      } catch (error) {
        return told.fail(error)
      }
    },
    async download() {
      const state = told.now()
      if (!updaterOf || state.kind !== 'available') return state
      told.show({ kind: 'downloading', version: state.version, percent: 0 })
      return download(state.version, updaterOf)
    },
    async cancel() {
      cancelDownload?.()
      return told.now()
    },
    async install() {
      if (!updaterOf || told.now().kind !== 'ready') return
      const { updater } = await updaterOf()
      await parts.beforeInstall()
      updater.quitAndInstall()
    },
  }
}

const isBusy = ({ kind }: UpdateState): boolean =>
  kind === 'checking' || kind === 'downloading' || kind === 'ready'

function createState({ load, version, onChange, log }: UpdatesParts) {
  let state: UpdateState = load === null ? { kind: 'off' } : { kind: 'none', version }
  const show = (next: UpdateState): UpdateState => {
    state = next
    onChange(next)
    return next
  }
  return {
    now: () => state,
    show,
    progress(percent: number): void {
      if (state.kind === 'downloading')
        show({ ...state, percent: Math.min(100, Math.max(0, Math.round(percent))) })
    },
    fail(error: unknown): UpdateState {
      const message = errorText(error)
      log.warn('the update failed', { error: message })
      return show({ kind: 'failed', message: message.split('\n')[0] ?? message })
    },
  }
}

function loadOnce(
  load: () => Promise<LoadedUpdater>,
  onProgress: (percent: number) => void,
): () => Promise<LoadedUpdater> {
  let loaded: Promise<LoadedUpdater> | null = null
  const start = async (): Promise<LoadedUpdater> => {
    const found = await load()
    Object.assign(found.updater, { autoDownload: false, autoInstallOnAppQuit: false })
    found.updater.on('download-progress', ({ percent }) => onProgress(percent))
    return found
  }
  return () =>
    (loaded ??= start().catch((error: unknown) => {
      loaded = null // it may be there the next time
      throw error
    }))
}
