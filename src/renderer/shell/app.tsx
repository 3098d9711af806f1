/** Composes the features into the window. */
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { Overlays } from './overlays.tsx'
import { StartScreen } from './parts.tsx'
import { useKeyboard } from './use-keyboard.ts'
import { YardWindow } from './yard-window.tsx'
import { useEffect, useState } from 'react'
import { usePreferences } from '../model/preferences.ts'
import { askPageCommand } from '../model/session/open-link.ts'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/icon.tsx'

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

// What is shown while there is no yard to show, with the way out.

export function Connecting() {
  const session = useSession()
  return (
    <main className="notice-page connecting">
      <Logo />
      <h1>Connecting to the yard</h1>
      <p role="status">If this lasts, nobody runs it: start it with</p>
      <pre>yard service start</pre>
      <Button onClick={session.tryNow}>Try now</Button>
    </main>
  )
}

export function Unauthorised() {
  const [command, setCommand] = useState('yard page')
  useEffect(() => {
    void askPageCommand(window).then((told) => told !== null && setCommand(told))
  }, [])
  return (
    <main className="notice-page">
      <Logo />
      <h1>This address opens nothing any more</h1>
      <p role="status">
        An address of this page works once and within ten minutes, and a browser stays signed in for
        30 days. Get a fresh address with
      </p>
      <pre>{command}</pre>
      <p>and open what it prints. The yard keeps working meanwhile.</p>
    </main>
  )
}

export function OtherVersion({ host }: { readonly host: string }) {
  return (
    <main className="notice-page">
      <Logo />
      <h1>The yard is run by another version</h1>
      <p role="status">
        It runs Yardmaster {host}, which this page does not understand. Restart it, then reload:
      </p>
      <pre>yard service restart</pre>
    </main>
  )
}
