# complete.fish SCRIPT LINE...: what fish offers at the end of each line, with its description behind a tab, a full
# stop behind each.
source $argv[1]
for line in $argv[2..-1]
    complete -C $line
    echo .
end
