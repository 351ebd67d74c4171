# complete.zsh SCRIPT LINE...: what zsh offers at the end of each line, one word a line, a full stop behind each.
#
# Completion works at a terminal only, so an interactive zsh gets one, and a tab behind each line. In there, compadd,
# to which all candidates go, writes them down.
emulate -R zsh
zmodload zsh/zpty zsh/datetime || exit 1

script=$1
shift
directory=$(mktemp -d)
trap 'zpty -d shell 2>/dev/null; rm -rf $directory' EXIT
mkdir $directory/functions
cp $script $directory/functions/_teredo

cat >$directory/.zshrc <<'END'
PS1='' PS2=''
unsetopt zle_bracketed_paste 2>/dev/null
fpath=($ZDOTDIR/functions $fpath)
autoload -Uz compinit
compinit -u -D
bindkey -e
bindkey '^I' complete-word
compadd() {
  # With these it only looks, and adds nothing.
  if [[ " ${@[1,(i)(-|--)]}" == *\ -(O|A|D)* ]]; then
    builtin compadd "$@"
    return
  fi
  local -a hits
  builtin compadd -A hits "$@"
  (( $#hits == 0 )) || print -rl -- $hits >>$ZDOTDIR/offered
}
end-of-query() { print . >>$ZDOTDIR/offered; print >>$ZDOTDIR/ends }
# Both lists are emptied whenever they were gone through.
begin() { compprefuncs=(begin) comppostfuncs=(end-of-query) }
compprefuncs=(begin)
ready() { [[ -e $ZDOTDIR/ends ]] || : >$ZDOTDIR/ends }
zle -N zle-line-init ready
END

# Waits until so many queries have ended with a line, ten seconds at most.
ended() {
  local until=$((EPOCHREALTIME + 10)) output
  while [[ ! -e $directory/ends ]] || (( $(wc -l <$directory/ends) < $1 )); do
    if (( EPOCHREALTIME > until )); then
      print -u2 "zsh does not answer query $1"
      exit 1
    fi
    # A terminal that nobody reads would block in the end.
    zpty -rt shell output && continue
    sleep 0.01
  done
}

zpty -b shell env ZDOTDIR=$directory TERM=dumb zsh -i
ended 0
integer asked=0
for line; do
  # Ctrl-U forgets the line before.
  zpty -wn shell $'\C-u'$line$'\t'
  ended $((++asked))
done
[[ ! -e $directory/offered ]] || cat $directory/offered
