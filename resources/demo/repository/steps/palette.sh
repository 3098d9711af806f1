set -eu
case $(git rev-parse HEAD) in
  [0-3]*) name=dusk     colours="#1b1f4b #6a4c93 #f4a261 #ffe8c2" ;;
  [4-7]*) name=midnight colours="#0b132b #1c2541 #3a506b #e0fbfc" ;;
  [8-b]*) name=harvest  colours="#2d1e2f #7a3b2e #e09f3e #fff3b0" ;;
  *)      name=north    colours="#03131f #0f4c5c #5fb49c #e8fcf4" ;;
esac
set -- $colours
cat > pieces/palette.css <<CSS
:root { --high: $1; --low: $2; --glow: $3; --light: $4 }
CSS
echo "tonight is $name"
sleep 1
