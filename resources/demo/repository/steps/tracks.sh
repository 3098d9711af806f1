set -eu
echo "laying the tracks"
awk 'BEGIN {
  print "<rect y=\"462\" width=\"960\" height=\"78\" fill=\"var(--high)\"/>"
  for (x = 4; x < 960; x += 24) printf "<rect x=\"%d\" y=\"470\" width=\"12\" height=\"5\" fill=\"var(--glow)\" opacity=\".45\"/>\n", x
  print "<rect y=\"465\" width=\"960\" height=\"3\" fill=\"var(--light)\"/>"
}' > pieces/tracks.svg
sleep 3
echo "40 sleepers"
