set -eu
mkdir -p pieces
time=$(date '+%H:%M')
cat > pieces/moon.svg <<SVG
<circle cx="760" cy="110" r="74" fill="var(--light)" opacity=".12"/>
<circle cx="760" cy="110" r="46" fill="var(--light)"/>
<text x="760" y="116" text-anchor="middle" font-size="17" fill="var(--high)">$time</text>
SVG
echo "the moon rose at $time"
