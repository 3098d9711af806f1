/** Composes the features into the window. */
import { useConnection, useYard } from '../model/session/session-context.tsx'
import { Connecting, OtherVersion, Unauthorised } from './not-connected.tsx'
import { Overlays } from './overlays.tsx'
import { StartScreen } from './parts.ts'
import { useKeyboard } from './use-keyboard.ts'
import { YardWindow } from './yard-window.tsx'
import { useEffect } from 'react'
import { usePreferences } from '../model/preferences.ts'

export function App() {
  useTheme()
  const connection = useConnection()
  const hasYard = useYard((view) => view.summary !== null)
  if (connection.kind === 'unauthorised') return <Unauthorised />
  if (connection.kind === 'other-version') return <OtherVersion host={connection.host} />
  if (connection.kind === 'start-screen') return <StartScreenWindow />
  return hasYard ? <YardWindow /> : <Connecting />
}

function StartScreenWindow() {
  useKeyboard()
  return (
    <>
      <StartScreen />
      <Overlays />
    </>
  )
}

// The chosen theme, on the page's root; without one the system decides.

export function useTheme(): void {
  const theme = usePreferences((preferences) => preferences.theme)
  useEffect(() => {
    const root = document.documentElement
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    // The app's own buttons beside the title bar have colours, too.
    void window.yardHost?.setTheme(theme)
  }, [theme])
}
