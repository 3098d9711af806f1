set -eu
echo "painting the sky"
awk 'BEGIN {
  print "<rect width=\"960\" height=\"540\" fill=\"url(#sky)\"/>"
  seed = 7
  for (i = 0; i < 90; i++) {
    seed = (seed * 137 + 29) % 9973; x = seed % 960
    seed = (seed * 137 + 29) % 9973; y = seed % 290
    printf "<circle cx=\"%d\" cy=\"%d\" r=\"%.1f\" fill=\"var(--light)\" opacity=\"%.2f\"/>\n", x, y, 0.6 + i % 3 * 0.5, 0.3 + i % 7 / 10
  }
  print "<path d=\"M0 400 C 120 330 220 330 330 372 S 560 300 700 352 S 880 330 960 360 V 540 H 0 Z\" fill=\"var(--high)\" opacity=\".55\"/>"
  print "<path d=\"M0 430 C 160 380 300 400 460 418 S 760 372 960 412 V 540 H 0 Z\" fill=\"var(--high)\" opacity=\".8\"/>"
}' > pieces/sky.svg
sleep 3
echo "90 stars, two ranges of hills"
