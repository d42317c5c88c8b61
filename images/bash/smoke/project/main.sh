set -euo pipefail
source ./words.sh
read -r line
printf "%s has %d letters; %d arguments, the last is '%s'\n" "$line" "$(letters "$line")" $# "${*: -1}"
for i in {0..7}; do
    (echo $((i * i)) > "square.$i") &
done
wait
echo "sum of squares $(cat square.* | paste -sd+ | bc)"
rm square.*
seq 0 999 > made.txt
echo "file of $(stat -c %s made.txt) bytes"
seq 0 $(($1 * 1000 - 1)) | awk '{ printf "%06d ünïcödé\n", $1 }'
