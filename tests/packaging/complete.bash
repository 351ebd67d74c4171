#!/bin/bash
# complete.bash SCRIPT LINE...: what bash offers at the end of each line, one word a line, a full stop behind each.
# shellcheck source=/dev/null
source "$1"
shift
for line; do
  # Readline takes "=" for a separate word; a blank at the end begins an empty word.
  spaced=${line//=/ = }
  read -ra COMP_WORDS <<<"$spaced"
  [[ $spaced == *" " && $line != *= ]] && COMP_WORDS+=("")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _teredo
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
  echo .
done
