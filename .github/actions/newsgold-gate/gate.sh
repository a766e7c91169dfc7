#!/usr/bin/env bash
# newsgold gate with the inputs of action.yml, which arrive as INPUT_… variables.
# Exit codes are those of newsgold gate: 0 pass, 1 a regression, 2 no verdict.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [[ $INPUT_INSTALL != false ]]; then
  "$INPUT_PYTHON" -m pip install --quiet --disable-pip-version-check "$here/../../.."
fi

verdict=${RUNNER_TEMP:-$(mktemp -d)}/newsgold-gate.json
rm -f "$verdict"  # an earlier step's
options=("--baseline=$INPUT_BASELINE" "--split=$INPUT_SPLIT" "--out=$verdict")

given() { # an option, and its value or nothing
  if [[ -n $2 ]]; then options+=("$1=$2"); fi
}
each_line() { # an option, and a text that has a value of it on each line
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    given "$1" "${line%$'\r'}"
  done <<<"$2"
}
each_line --fail "$INPUT_FAIL"
each_line --min "$INPUT_MIN"
given --gold "$INPUT_GOLD"
given --alpha "$INPUT_ALPHA"
given --junit "$INPUT_JUNIT"
given --sarif "$INPUT_SARIF"

code=0
# -P: a file of the checkout that is called like a module is not imported.
"$INPUT_PYTHON" -P -m newsgold gate "${options[@]}" -- "$INPUT_PREDICTIONS" || code=$?
case $code in
  0) result=pass ;;
  1) result=regression ;;
  *) result=unusable ;;
esac
[[ -f $verdict ]] || verdict=
printf '%s\n' "result=$result" "verdict=$verdict" >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
