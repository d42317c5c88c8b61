letters() {
    printf '%s' "$1" | wc -m
}
