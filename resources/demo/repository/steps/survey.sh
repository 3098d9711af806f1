set -eu
mkdir -p pieces
stations=$(grep -c . stations.txt)
commit=$(git rev-parse --short HEAD)
echo "$stations stations, drawn from commit $commit" > pieces/survey.txt
cat pieces/survey.txt
sleep 1
