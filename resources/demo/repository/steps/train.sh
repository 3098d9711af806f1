set -eu
echo "coupling the wagons"
awk '
BEGIN {
  print "<g>"
  print "<path d=\"M762 456 v-52 h34 v-26 h44 v30 h16 q12 0 12 14 v34 Z\" fill=\"var(--glow)\"/>"
  print "<rect x=\"804\" y=\"386\" width=\"28\" height=\"18\" rx=\"3\" fill=\"var(--light)\"/>"
  print "<path d=\"M868 440 L960 415 V 470 Z\" fill=\"var(--light)\" opacity=\".25\"/>"
  print "<circle cx=\"784\" cy=\"456\" r=\"10\" fill=\"var(--light)\"/><circle cx=\"844\" cy=\"456\" r=\"10\" fill=\"var(--light)\"/>"
}
NF {
  x = 762 - ++wagons * 118
  printf "<rect x=\"%d\" y=\"408\" width=\"110\" height=\"48\" rx=\"6\" fill=\"var(--low)\" stroke=\"var(--glow)\" stroke-width=\"2\"/>\n", x
  printf "<rect x=\"%d\" y=\"448\" width=\"8\" height=\"4\" fill=\"var(--glow)\"/>\n", x + 110
  printf "<text x=\"%d\" y=\"437\" text-anchor=\"middle\" font-size=\"13\" fill=\"var(--light)\">%s</text>\n", x + 55, $0
  printf "<circle cx=\"%d\" cy=\"456\" r=\"8\" fill=\"var(--light)\"/><circle cx=\"%d\" cy=\"456\" r=\"8\" fill=\"var(--light)\"/>\n", x + 24, x + 86
}
END { print "</g>" }' stations.txt > pieces/train.svg
sleep 1
echo "$(grep -c . stations.txt) wagons behind the engine"
