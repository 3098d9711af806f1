set -eu
git add page.html pieces
git commit -q -m 'The night train, drawn by nine tasks'
git log --oneline -1
echo "Look at it: open $(pwd)/page.html in a browser"
