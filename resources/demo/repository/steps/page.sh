set -eu
{
  cat <<HTML
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The night train</title>
<style>
HTML
  cat pieces/palette.css
  cat <<HTML
body { margin: 0; min-height: 100vh; display: grid; place-content: center; gap: 1rem; padding: 1rem;
  background: var(--high); color: var(--light); font: 16px/1.5 Georgia, serif; text-align: center }
svg { width: min(960px, 96vw); height: auto; border-radius: 14px; box-shadow: 0 12px 60px #0008 }
h1 { margin: 0; font-weight: 400; letter-spacing: .06em }
p { margin: 0; opacity: .8 }
</style>
<h1>The night train</h1>
<svg viewBox="0 0 960 540" role="img" aria-label="A train of wagons named after stations under a night sky">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="var(--high)"/><stop offset=".55" stop-color="var(--low)"/><stop offset=".85" stop-color="var(--glow)"/>
</linearGradient></defs>
HTML
  cat pieces/sky.svg pieces/moon.svg pieces/tracks.svg pieces/train.svg pieces/signal.svg
  cat <<HTML
</svg>
<p>$(cat pieces/survey.txt). The signal was lit on try $(cat pieces/signal-tries).</p>
</html>
HTML
} > page.html
echo "page.html: $(wc -c < page.html | tr -d ' ') bytes from $(ls pieces | wc -l | tr -d ' ') pieces"
