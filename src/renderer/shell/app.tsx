/** Composes the features into the window. */
import { useConnection, useYard } from '../model/session/session-context.tsx'
import { Connecting, OtherVersion, Unauthorised } from './not-connected.tsx'
import { Overlays } from './overlays.tsx'
import { StartScreen } from './parts.ts'
import { useKeyboard } from './use-keyboard.ts'
import { useTheme } from './use-theme.ts'
import { YardWindow } from './yard-window.tsx'

export function App() {
  useTheme()
  const connection = useConnection()
  const hasYard = useYard((view) => view.summary !== null)
  if (connection.kind === 'unauthorised') return <Unauthorised />
  if (connection.kind === 'other-version') return <OtherVersion host={connection.host} />
  if (connection.kind === 'lobby') return <LobbyWindow />
  return hasYard ? <YardWindow /> : <Connecting />
}

function LobbyWindow() {
  useKeyboard()
  return (
    <>
      <StartScreen />
      <Overlays />
    </>
  )
}
