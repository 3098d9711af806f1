set -eu
tries=$(cat pieces/signal-tries 2>/dev/null || echo 0)
tries=$((tries + 1))
echo "$tries" > pieces/signal-tries
sleep 1
if [ "$tries" -lt 2 ]; then
  echo "the lamp did not catch; it will on the next try" >&2
  exit 1
fi
cat > pieces/signal.svg <<SVG
<rect x="884" y="300" width="6" height="165" fill="var(--light)"/>
<rect x="872" y="286" width="30" height="58" rx="15" fill="var(--high)" stroke="var(--light)" stroke-width="2"/>
<circle cx="887" cy="303" r="8" fill="#442222"/>
<circle cx="887" cy="328" r="8" fill="#59e391"/>
<circle cx="887" cy="328" r="20" fill="#59e391" opacity=".25"/>
SVG
echo "green, on try $tries"
